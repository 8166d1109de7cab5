// JSX elements stand beside the totals.
function Button() {
  return <button />;
}
const Lists = { Row: () => <i /> };
export const Page = () => (
  <div>
    <Button /> {/*= jsx: Button */}
    <Lists.Row>text</Lists.Row> {/*= jsx: Row */}
  </div>
);
