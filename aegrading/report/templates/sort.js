const table = document.querySelector("#class"), body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
const order = new Intl.Collator(document.documentElement.lang, {numeric: true}).compare;
for (const head of heads) {
  if (head.dataset.plain !== undefined) continue;
  const button = document.createElement("button");
  button.ariaLabel = `${head.textContent.trim()}: ${table.dataset.sort}`;
  head.append(button);
  head.onclick = () => {
    const down = head.ariaSort === "ascending", column = head.cellIndex;
    const value = row => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
    const rows = [...body.rows].sort((a, b) => {
      const x = value(a), y = value(b);
      if (x === "" || y === "") return (x === "") - (y === "");   // what is open stands last, either way
      const first = isNaN(x) || isNaN(y) ? order(x, y) : x - y;
      return down ? -first : first;
    });
    for (const other of heads) other.ariaSort = null;
    head.ariaSort = down ? "descending" : "ascending";
    body.append(...rows);
  };
}
