export default function Page() {
  return <p>POST a text to /api/tokens.</p>;
}
