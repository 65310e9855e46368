// In place of a language model, so that the example needs no network: repeats what was said, one
// word at a time, at the pace of someone who thinks. Replace it by a client of the model you use.
const PACE_MS = Number(process.env.PACE_MS ?? 80);

export async function* answerTo(question) {
  const words = question.trim().split(/\s+/).filter(Boolean);
  const said = words.length === 0 ? ['You', 'said', 'nothing.'] : ['You', 'said:', ...words];
  for (const word of said) {
    yield word;
    await new Promise((resolve) => setTimeout(resolve, PACE_MS));
  }
}
