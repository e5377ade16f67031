/* What stands around the map: table, legend, trail, chosen area, sum, headline. Made from the same cells as the map. */
window.buurtbeeld = window.buurtbeeld || {};
window.buurtbeeld.mapParts = (function () {
  "use strict";

  /* An element with class and children (texts or elements). */
  function el(tag, name, children) {
    var element = document.createElement(tag);
    if (name) element.className = name;
    [].concat(children === undefined ? [] : children).forEach(function (child) {
      if (child !== null) element.append(child);
    });
    return element;
  }

  function kindOf(figures, state) {
    var found = figures.find(state.level, state.period);
    return found ? found.kind : null;
  }

  function verdict(config, direction, word) {
    var texts = config.texts, shapes = { higher: "up", lower: "down" };
    if (!word) return document.createTextNode("–");
    var icon = el("span", "icon icon-" + (shapes[word] || "same"));
    icon.setAttribute("aria-hidden", "true");
    var isWorse = (word === "higher") === (direction === "higher_is_worse");
    var tone = !shapes[word] ? "none" : direction === "neutral" ? "plain" : isWorse ? "higher" : "lower";
    return el("span", "verdict-" + tone, [icon, texts.verdict[word]]);
  }

  function link(href, text) {
    var anchor = el("a", "", text); // shell.js follows it without a new document
    anchor.href = href;
    return anchor;
  }

  function areaAddress(config, state, code) {
    var query = new URLSearchParams({ indicator: state.indicator });
    Object.keys(config.kept).forEach(function (key) { query.set(key, config.kept[key]); });
    return config.base + "gebied/" + code + "?" + query.toString();
  }

  // --- table ---------------------------------------------------------------------------------------------------------

  /* By name at first; a heading sorts. The areas of the map in figures and words. */
  function Table(root, config) {
    this.root = root;
    this.config = config;
    this.by = "name";
    this.isUp = true;
  }

  Table.prototype.columns = function () {
    var texts = this.config.texts, unit = this.figures.unit(), isCount = this.figures.isCount;
    var number = function (key) { return function (cell) { return cell[key] === null ? -Infinity : cell[key]; }; };
    var columns = [{ key: "name", title: texts.area, sort: null }, { key: "value", title: unit, sort: number("value"), num: true }];
    if (!isCount) {
      columns.push({ key: "count", title: texts.count, sort: number("numerator"), num: true });
    }
    if (this.cells.some(function (cell) { return cell.judged; })) {
      var period = this.cells.filter(function (cell) { return cell.judged; })[0].judged.periodName;
      columns.push({ key: "judged", title: texts.judgedTitle.replace("{period}", period), sort: function (cell) { return cell.judged ? cell.judged.word : 9; } });
    }
    if (this.cells.some(function (cell) { return cell.verdict; })) {
      var order = ["lower", "no_difference", "higher", "too_few", null];
      columns.push({ key: "verdict", title: texts.againstRest, sort: function (cell) { return -order.indexOf(cell.verdict); } });
    }
    return columns;
  };

  Table.prototype.fill = function (figures, state, cells) {
    this.figures = figures;
    this.state = state;
    this.cells = cells;
    this.draw();
  };

  Table.prototype.sorted = function (columns) {
    var by = columns.filter(function (column) { return column.key === this.by; }, this)[0] || columns[0];
    var way = this.isUp ? 1 : -1, collator = new Intl.Collator(this.config.locale);
    return this.cells.slice().sort(function (a, b) {
      var difference = by.sort ? by.sort(a) - by.sort(b) : collator.compare(a.name, b.name);
      return way * (Number.isNaN(difference) ? 0 : difference) || collator.compare(a.name, b.name);
    });
  };

  Table.prototype.draw = function () {
    var self = this, texts = this.config.texts, columns = this.columns(), focused = document.activeElement;
    var again = focused && focused.dataset && focused.closest("#map-table") ? focused.dataset.sort : null;
    var head = el("tr", "", columns.map(function (column) { return self.heading(column); }));
    var body = el("tbody", "", this.sorted(columns).map(function (cell) { return self.row(cell, columns); }));
    var table = el("table", "table", [el("caption", "sr-only", texts.tableCaption), el("thead", "", head), body]);
    this.root.replaceChildren(table);
    if (again) {
      var button = this.root.querySelector("[data-sort=" + again + "]");
      if (button) button.focus();
    }
  };

  Table.prototype.heading = function (column) {
    var self = this, button = el("button", "sort-button", column.title), cell = el("th", column.num ? "num" : "", button);
    button.type = "button";
    button.dataset.sort = column.key;
    cell.scope = "col";
    if (this.by === column.key) cell.setAttribute("aria-sort", this.isUp ? "ascending" : "descending");
    button.addEventListener("click", function () {
      self.isUp = self.by === column.key ? !self.isUp : true;
      self.by = column.key;
      self.draw();
    });
    return cell;
  };

  Table.prototype.row = function (cell, columns) {
    var self = this, texts = this.config.texts;
    return el("tr", "", columns.map(function (column) {
      if (column.key === "name") {
        var header = el("th", "", link(areaAddress(self.config, self.state, cell.code), cell.name));
        header.scope = "row";
        return header;
      }
      if (column.key === "value") {
        if (!cell.hasValue) return el("td", "num", mark(cell.status, texts));
        var range = cell.interval ? self.figures.text(cell.lower) + " – " + self.figures.text(cell.upper) : null;
        var notes = [range, cell.status === "final" ? null : texts.status[cell.status]].filter(Boolean);
        return el("td", "num strong", [cell.shown, notes.length ? el("span", "cell-note", notes.join(" · ")) : null,
          cell.shownSmoothed ? el("span", "cell-note", cell.shownSmoothed) : null]);
      }
      if (column.key === "count") return el("td", "num", cell.count || "–");
      if (column.key === "judged") return el("td", "judged-cell", judged(self.config, self.state, cell, true));
      return el("td", "", verdict(self.config, self.figures.body.direction, cell.verdict));
    }));
  };

  /* The verdict of an area: its word, what was seen and what is normal, and the way to its passport. In a table the
     period stands in the heading. */
  function judged(config, state, cell, isBrief) {
    if (!cell.judged) return "–";
    var one = cell.judged, shape = window.buurtbeeld.Drawing.signOf(one);
    var note = el("span", isBrief && one.isFew ? "sr-only" : "cell-note", isBrief ? one.brief : one.said);
    var word = el("strong", "", [shape ? sign(shape) : null, one.name]);
    if (isBrief && one.isFew) word.title = one.brief;
    return [word, " ", isBrief ? whyLink(config, state, cell) : note, isBrief ? note : whyLink(config, state, cell)];
  }

  function whyLink(config, state, cell) {
    var query = new URLSearchParams({ indicator: state.indicator, area: cell.code, period: cell.judged.period });
    Object.keys(config.kept).forEach(function (key) { query.set(key, config.kept[key]); });
    var anchor = link(config.base + "herkomst?" + query.toString(), config.texts.why);
    anchor.setAttribute("aria-label", config.texts.whyOf.replace("{area}", cell.name));
    anchor.className = "why-link";
    return anchor;
  }

  function sign(shape) {
    var NS = "http://www.w3.org/2000/svg", svg = document.createElementNS(NS, "svg"), path = document.createElementNS(NS, "path");
    svg.setAttribute("class", "sign");
    svg.setAttribute("viewBox", "-11 -11 22 22");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", window.buurtbeeld.Drawing.SHAPES[shape]);
    path.setAttribute("class", "map-sign sign-" + shape);
    svg.append(path);
    return svg;
  }

  /* Which signs stand on the map, and on which period the verdicts are. */
  function signs(texts, cells) {
    var found = cells.filter(function (cell) { return cell.judged; });
    if (!found.length) return null;
    var seen = found.map(function (cell) { return window.buurtbeeld.Drawing.signOf(cell.judged); });
    var shown = ["h", "l", "w"].filter(function (shape) { return seen.indexOf(shape) >= 0; }).map(function (shape) {
      return el("span", "status-mark", [sign(shape), texts.judgedLegend[shape]]);
    });
    if (!shown.length) return null;
    return el("div", "legend-status", shown.concat(el("span", "", texts.judgedLegend.period
      .replace("{period}", found[0].judged.periodName))));
  }

  function mark(status, texts) {
    var swatch = el("span", "swatch status-" + status);
    swatch.setAttribute("aria-hidden", "true");
    return el("span", "status-mark", [swatch, texts.status[status]]);
  }

  // --- around the map ------------------------------------------------------------------------------------------------

  function legend(root, config, figures, state, cells) {
    var texts = config.texts, kind = kindOf(figures, state), block = kind ? figures.block(state.level, kind) : null, rows = [];
    if (block && !figures.isCount && block.breaks.length) {
      var list = el("ul", "legend-classes");
      for (var number = 1; number <= block.breaks.length + 1; number++) {
        var edge = number === 1 ? "< " + figures.text(block.breaks[0]) : figures.text(block.breaks[number - 2]);
        list.append(el("li", "", [el("span", "q" + number), el("em", "", edge)]));
      }
      rows.push(el("div", "legend-row", [list, el("span", "", figures.unit() + " · " + texts.classes)]));
    } else if (block && figures.isCount) {
      rows.push(bubbles(figures, cells, texts));
    }
    var seen = cells.map(function (cell) { return cell.status; }).filter(function (status, at, all) {
      return status !== "final" && all.indexOf(status) === at;
    });
    var isSmoothed = cells.some(function (cell) { return cell.shownSmoothed; });
    if (isSmoothed) rows.push(el("p", "", texts.smoothedLegend));
    if (figures.body.about) rows.push(el("p", "", texts.aboutLegend));
    var shapes = signs(texts, cells);
    if (shapes) rows.push(shapes);
    if (seen.length) rows.push(el("div", "legend-status", seen.map(function (status) { return mark(status, texts); })));
    root.replaceChildren.apply(root, rows);
  }

  function bubbles(figures, cells, texts) {
    var largest = Math.max.apply(null, cells.map(function (cell) { return cell.value || 0; }));
    if (!(largest > 0)) return el("p", "", texts.bubbles);
    var shown = [1, 0.5, 0.25].map(function (share) {
      var svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), size = Math.max(6, Math.sqrt(share) * 30);
      svg.setAttribute("width", size);
      svg.setAttribute("height", size);
      svg.setAttribute("aria-hidden", "true");
      var circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
      circle.setAttribute("class", "legend-bubble");
      ["cx", "cy"].forEach(function (key) { circle.setAttribute(key, size / 2); });
      circle.setAttribute("r", size / 2 - 1);
      svg.append(circle);
      return el("span", "", [svg, " " + figures.whole.format(largest * share)]);
    });
    return el("div", "legend-row", [el("div", "legend-bubbles", shown), el("span", "", texts.bubbles)]);
  }

  /* municipality › district › neighbourhood; each but the last is a way back. */
  function trail(root, config, state, district, go) {
    var steps = [{ code: null, level: "municipality", name: config.municipality.name }];
    if (district) steps.push({ code: district, level: "district", name: config.names[district] });
    if (state.area && config.levels[state.area] === state.level && state.area !== district) {
      steps.push({ code: state.area, level: state.level, name: config.names[state.area] });
    }
    root.replaceChildren.apply(root, steps.map(function (step, at) {
      var isLast = at === steps.length - 1, part = el(isLast ? "span" : "button", "trail-button", step.name);
      if (isLast) part.setAttribute("aria-current", "true");
      else {
        part.type = "button";
        part.addEventListener("click", function () { go(step.code, step.level); });
      }
      return el("li", "", part);
    }));
  }

  function chosen(root, config, figures, state, cells) {
    var cell = cells.filter(function (one) { return one.code === state.area; })[0];
    root.hidden = !cell;
    if (!cell) return root.replaceChildren();
    var said = figures.lines(Object.assign({}, cell, { judged: null })).join(", ");
    root.replaceChildren(el("strong", "", cell.name), el("span", "", said),
      el("span", "chosen-verdict", cell.judged ? judged(config, state, cell) : []),
      link(areaAddress(config, state, cell.code), config.texts.toArea.replace("{area}", cell.name)));
  }

  /* How far the parts and what belongs to none make up the whole. */
  function sum(root, config, figures, state) {
    var texts = config.texts, whole = figures.body.municipality[state.period];
    var counts = figures.cells("neighbourhood", state.period);
    var parts = counts.reduce(function (total, cell) { return total + (cell.numerator || 0); }, 0);
    var without = counts.filter(function (cell) { return cell.numerator === null; }).length;
    if (!whole || whole[1] === null) {
      root.textContent = texts.noWhole;
      return;
    }
    var count = function (number) { return figures.counted(number, "municipality", null, null); };
    var text = whole[2] === null ? texts.sumPlain.replace("{parts}", count(parts)).replace("{whole}", count(whole[1]))
      : texts.sum.replace("{parts}", count(whole[3])).replace("{none}", count(whole[4])).replace("{whole}", count(whole[2]));
    if (without) text += " " + (without === 1 ? texts.withoutOne : texts.without.replace("{n}", without));
    root.textContent = text;
  }

  /* The heading says what the map shows, the sentence below it what is found; both are announced. */
  function words(config, figures, state, cells, district, title) {
    var texts = config.texts, place = district ? config.names[district] : config.municipality.name;
    document.getElementById("map-eyebrow").textContent = place + " · " + config.periods[state.period];
    document.getElementById("page-title").textContent = title;
    var tally = { higher: 0, lower: 0, no_difference: 0, too_few: 0 };
    cells.forEach(function (cell) { if (cell.verdict) tally[cell.verdict] += 1; });
    var judged = tally.higher + tally.lower + tally.no_difference + tally.too_few;
    var lede = judged ? texts.finding.replace("{higher}", tally.higher).replace("{lower}", tally.lower)
      .replace("{same}", tally.no_difference) + (tally.too_few ? " " + texts.findingFew.replace("{n}", tally.too_few) : "")
      : figures.isCount ? texts.ledeCount : figures.body.index ? texts.ledeIndex : texts.lede;
    var block = figures.block(state.level, kindOf(figures, state)), standing = block && block.standing;
    if (standing && standing.period === state.period && !standing.differ) lede = texts.noDifferences + " " + lede;
    document.getElementById("map-lede").textContent = lede;
    document.getElementById("live").textContent = title + ", " + config.periods[state.period] + ". " + lede;
  }

  /* Periods of this indicator, newest first, a group per length. Filled again only when they differ. */
  function periods(select, config, figures, state) {
    var kinds = figures.kinds(state.level), key = figures.body.indicator + state.level;
    if (select.dataset.filled !== key) {
      select.dataset.filled = key;
      select.replaceChildren.apply(select, kinds.map(function (kind) {
        var group = document.createElement("optgroup");
        group.label = config.texts.kinds[kind];
        figures.block(state.level, kind).periods.slice().reverse().forEach(function (period) {
          group.append(new Option(config.periods[period], period));
        });
        return group;
      }));
    }
    select.value = state.period;
  }

  return { Table: Table, legend: legend, trail: trail, chosen: chosen, sum: sum, words: words, periods: periods, kindOf: kindOf };
})();
