// Trains a model in the page, or in a worker of the page where its address says so, and reports to open-pages.js.

// The page and its worker load the same files.
async function trainHere() {
  const { train } = await import('./train.js');
  return train();
}

function trainInWorker() {
  const worker = new Worker(new URL('./training-worker.js', import.meta.url));
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(3);
  });
}

(location.search === '?worker' ? trainInWorker() : trainHere())
  .catch((error) => ({ error: String(error?.stack ?? error) }))
  .then((report) => {
    document.querySelector('#report').textContent = JSON.stringify(report, null, 2);
    window.gptloomReport = report;
  });
