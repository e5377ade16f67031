/* Tables of `components/light_table.py`: made of their data when their fold is opened. */
(function () {
  "use strict";
  function cell(name, text, isNumber, scope) {
    var made = document.createElement(name);
    made.textContent = text;
    if (isNumber) made.className = "num";
    if (scope) made.scope = scope;
    return made;
  }

  function draw(place) {
    var told = JSON.parse(place.dataset.table), table = document.createElement("table");
    table.className = "table";
    table.createCaption().textContent = told.caption;
    table.caption.className = "sr-only";
    var head = table.createTHead().insertRow();
    told.head.forEach(function (text, at) {
      head.appendChild(cell("th", text, told.numeric.indexOf(at) >= 0, "col"));
    });
    var body = table.createTBody();
    told.rows.forEach(function (texts) {
      var row = body.insertRow();
      texts.forEach(function (text, at) {
        row.appendChild(cell(at ? "td" : "th", text, told.numeric.indexOf(at) >= 0, at ? "" : "row"));
      });
    });
    place.replaceChildren(table);
  }

  // "toggle" does not bubble, so it is caught on its way down.
  document.addEventListener("toggle", function (event) {
    var place = event.target.open && event.target.querySelector(":scope > [data-table]");
    if (place && !place.firstChild) draw(place);
  }, true);
})();
