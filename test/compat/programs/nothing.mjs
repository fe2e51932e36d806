// Uses nothing of the binding.
console.log(JSON.stringify('done'));
