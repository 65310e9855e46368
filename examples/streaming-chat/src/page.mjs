export const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Streaming chat</title>
<form id="ask"><input name="say" placeholder="Say something" autofocus size="60"></form>
<p id="answer"></p>
<script>
  document.getElementById('ask').addEventListener('submit', async (submitted) => {
    submitted.preventDefault();
    const answer = document.getElementById('answer');
    answer.textContent = '';
    const say = new FormData(submitted.target).get('say');
    const response = await fetch('/chat', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ say }),
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      text += piece.value;
      const words = [...text.matchAll(/^data: (\\{"word".*\\})$/gm)];
      answer.textContent = words.map(([, data]) => JSON.parse(data).word).join(' ');
    }
  });
</script>
</html>
`;
