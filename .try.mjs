import { RtcRuntime, memorySignaling } from "scoped-rtc";
const rounds = +process.argv[2] || 100; const how = process.argv[3] ?? 'oneshot'; const delay = +process.argv[4] || 0;
const took = []; let failed = 0;
for (let i = 0; i < rounds; i++) {
  await RtcRuntime.acquire("app").run(async (rtc) => {
    const a = rtc.createPeerConnection("a"), b = rtc.createPeerConnection("b");
    const channel = a.createDataChannel("chat");
    const t = performance.now();
    try {
    if (how === 'oneshot') {
      const offer = await a.offer();
      const answer = await b.answer(offer);
      if (delay) await new Promise(r => setTimeout(r, delay));
      a.accept(JSON.parse(JSON.stringify(answer)));
    } else { const [l, r] = memorySignaling(); await Promise.all([a.negotiate(l), b.negotiate(r)]); }
    await channel.opened({ timeout: 5000 });
    took.push(performance.now() - t - delay);
    } catch (e) { failed++; console.log(e.code, e.message); }
  });
}
took.sort((x, y) => x - y);
console.log(how, { rounds, failed, late: took.filter(ms => ms > 500).length, p50: took[took.length >> 1]?.toFixed(1), p90: took[Math.floor(took.length * .9)]?.toFixed(1), max: took.at(-1)?.toFixed(1) });
