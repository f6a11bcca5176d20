// Sorts a table by a column, by mouse or keyboard; everything else works without it.
for (const table of document.querySelectorAll('table.layers')) {
  const heads = [...table.tHead.rows[0].cells], body = table.tBodies[0];
  const value = cell => {
    const text = cell.textContent.trim().replaceAll(',', ''), number = parseFloat(text);
    const unit = text.match(/[a-zµ]+$/i);
    const scale = { ns: 1, µs: 1e3, ms: 1e6, s: 1e9, pJ: 1, nJ: 1e3, µJ: 1e6, mJ: 1e9, J: 1e12 };
    return isNaN(number) ? text : number * (unit && scale[unit[0]] || 1);
  };
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const up = head.getAttribute('aria-sort') !== 'ascending';
      heads.forEach(h => h.removeAttribute('aria-sort'));
      head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const rows = [...body.rows].sort((a, b) => {
        const x = value(a.cells[column]), y = value(b.cells[column]);
        const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
        return up ? order : -order;
      });
      body.append(...rows);
    });
  });
}
