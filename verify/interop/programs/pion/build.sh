#!/bin/sh
# Builds the peer with Debian's packages of pion: build.sh OUT. Its SCTP (1.8) refuses an INIT with a parameter that it does not
# know, where RFC 9260, section 3.2.1, has it skipped for those that libdatachannel sends: it knows how to in this copy.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src/github.com/pion" "$work/src/interop"
cp -r /usr/share/gocode/src/github.com/pion/sctp "$work/src/github.com/pion/sctp"
cp "$here/main.go" "$work/src/interop/"
file=$work/src/github.com/pion/sctp/chunk_init_common.go
grep -q 'return fmt.Errorf("%w: %v", ErrInitChunkUnmarshalParam, err)' "$file"
sed -i 's/return fmt.Errorf("%w: %v", ErrInitChunkUnmarshalParam, err)/size := int(binary.BigEndian.Uint16(raw[offset+2:])); size += getPadding(size); offset += size; remaining -= size; continue/' "$file"
# Without a compiler for C, which Debian's Go recommends only, Go's own resolver is enough.
command -v gcc >/dev/null || export CGO_ENABLED=0
cd "$work/src/interop"
printf 'module interop\n\ngo 1.19\n' > go.mod
GO111MODULE=off GOPATH="$work:/usr/share/gocode" GOFLAGS=-p=2 go build -o "$1" .
