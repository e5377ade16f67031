/* The map's data in the browser: what was fetched once, and one cell in numbers and words. No drawing here. */
window.buurtbeeld = window.buurtbeeld || {};
window.buurtbeeld.data = (function () {
  "use strict";
  // Rank of a status in a values body -> its name (config.vocabulary.STATUS_ORDER).
  var STATUS = ["not_applicable", "not_delivered", "suppressed", "rounded", "provisional", "estimated", "final"];
  var VERDICT = ["higher", "lower", "no_difference", "too_few"];
  var KINDS = ["rolling_12_months", "year", "rolling_4_weeks"];
  var fetched = new Map(); // address -> promise; kept for the life of the document

  function get(address) {
    if (!fetched.has(address)) {
      fetched.set(address, fetch(address, { credentials: "same-origin" }).then(function (response) {
        if (!response.ok) {
          fetched.delete(address);
          throw new Error(String(response.status));
        }
        return response.json();
      }, function (error) {
        fetched.delete(address);
        throw error;
      }));
    }
    return fetched.get(address);
  }

  function outlines(config, level) {
    return get(config.base + "geo/" + config.layers[level] + ".json");
  }

  function values(config, indicator) {
    var division = config.kept.vintage ? "?vintage=" + config.kept.vintage : "";
    return get(config.base + "v/" + config.load + "/" + config.edition + "/" + indicator + ".json" + division);
  }

  function formatter(config, decimals) {
    return new Intl.NumberFormat(config.locale, { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  }

  /* Numbers from steps: each one is its difference from the known one before it. */
  function numbers(steps) {
    var last = 0;
    return steps.map(function (step) { return step === null ? null : (last += step); });
  }

  /* Columns of an area's distinct cells, unrolled once (monitor.queries.map_values). */
  function unroll(body) {
    if (body.isUnrolled) return;
    body.isUnrolled = true;
    Object.values(body.levels).forEach(function (kinds) {
      Object.values(kinds).forEach(function (block) {
        block.series.forEach(function (series) {
          var below = numbers(series.below), above = numbers(series.above);
          series.value = numbers(series.value);
          series.numerator = numbers(series.numerator);
          series.lower = series.value.map(function (value, at) { return below[at] === null ? null : value - below[at]; });
          series.upper = series.value.map(function (value, at) { return above[at] === null ? null : value + above[at]; });
        });
      });
    });
  }

  /* A view on one indicator: figures of areas in digits of its unit. */
  function Figures(config, body) {
    unroll(body);
    this.config = config;
    this.body = body;
    this.scale = Math.pow(10, body.decimals);
    this.numbers = formatter(config, body.decimals);
    this.whole = formatter(config, 0);
    this.isCount = body.unit === "count";
  }

  Figures.prototype.block = function (level, kind) {
    return (this.body.levels[level] || {})[kind] || null;
  };

  /* Lengths of period this indicator has on a level, in the order they are offered. */
  Figures.prototype.kinds = function (level) {
    var levels = this.body.levels[level] || {};
    return KINDS.filter(function (kind) { return levels[kind]; });
  };

  /* Where a period lies: {kind, row}; null when this indicator does not have it on this level. */
  Figures.prototype.find = function (level, period) {
    var kinds = this.kinds(level);
    for (var i = 0; i < kinds.length; i++) {
      var row = this.block(level, kinds[i]).periods.indexOf(period);
      if (row >= 0) return { kind: kinds[i], row: row };
    }
    return null;
  };

  /* The asked period, else the newest complete one of the same length, else of the first length. What is provisional is
     shown on request: no comparison is made with it. */
  Figures.prototype.nearest = function (level, period, kind) {
    var kinds = this.kinds(level);
    if (!kinds.length) return null;
    if (period && this.find(level, period)) return period;
    var periods = this.block(level, kinds.indexOf(kind) >= 0 ? kind : kinds[0]).periods;
    var whole = this.body.municipality;
    for (var at = periods.length - 1; at >= 0; at--) {
      if (whole[periods[at]] && STATUS[whole[periods[at]][5]] === "final") return periods[at];
    }
    return periods[periods.length - 1];
  };

  Figures.prototype.text = function (scaled) {
    if (scaled === null || scaled === undefined) return "–";
    var text = this.numbers.format(scaled / this.scale);
    if (this.body.unit === "share_pct") return text + "%";
    if (this.body.unit === "euro" || this.body.unit === "thousand_euro") return "€ " + text;
    return text;
  };

  /* One cell: numbers (scaled), status, class 1–5, verdict, and its words. */
  Figures.prototype.cell = function (level, kind, row, code) {
    var block = this.block(level, kind), texts = this.config.texts;
    var at = block ? block.codes.indexOf(code) : -1;
    var cell = { code: code, name: this.config.names[code] || code, value: null, numerator: null, lower: null, upper: null,
      status: "not_applicable", verdict: null, quantile: 0 };
    if (at >= 0) {
      var series = block.series[at], which = series.at[row];
      cell.value = series.value[which];
      cell.numerator = series.numerator[which];
      cell.lower = series.lower[which];
      cell.upper = series.upper[which];
      cell.status = STATUS[+block.status[row][at]];
      var verdicts = block.verdict[block.periods[row]];
      cell.verdict = verdicts ? VERDICT[+verdicts[at]] || null : null;
    }
    if (cell.value !== null && !this.isCount) {
      cell.quantile = 1;
      block.breaks.forEach(function (edge) { if (cell.value >= edge) cell.quantile += 1; });
    }
    cell.hasValue = cell.value !== null;
    cell.shown = cell.hasValue ? (cell.status === "estimated" ? "≈ " : "") + this.text(cell.value) : texts.status[cell.status];
    cell.interval = cell.hasValue && !this.isCount && cell.lower !== null
      ? texts.between.replace("{lower}", this.text(cell.lower)).replace("{upper}", this.text(cell.upper)) : "";
    cell.count = cell.numerator === null || this.isCount ? "" : this.whole.format(cell.numerator);
    return cell;
  };

  /* What a cell says in one sentence: for tooltip and screen reader. */
  Figures.prototype.sentence = function (cell) {
    var texts = this.config.texts, parts = [];
    if (cell.hasValue) {
      parts.push(cell.shown + (this.body.unit === "share_pct" ? "" : " " + this.unit()));
      if (cell.interval) parts.push(cell.interval);
      if (cell.count) parts.push(texts.events.replace("{n}", cell.count));
      if (cell.status !== "final") parts.push(texts.status[cell.status]);
    } else {
      parts.push(texts.status[cell.status]);
      if (cell.count) parts.push(texts.events.replace("{n}", cell.count));
    }
    if (cell.verdict) parts.push(texts.verdictRest[cell.verdict]);
    return parts.join(", ");
  };

  Figures.prototype.unit = function () {
    return this.config.units[this.body.unit];
  };

  /* All cells of a level in one period, by name. */
  Figures.prototype.cells = function (level, period) {
    var found = this.find(level, period), self = this, config = this.config;
    var codes = Object.keys(config.levels).filter(function (code) { return config.levels[code] === level; });
    var order = new Intl.Collator(config.locale);
    return codes.map(function (code) {
      return found ? self.cell(level, found.kind, found.row, code) : self.cell(level, null, 0, code);
    }).sort(function (a, b) { return order.compare(a.name, b.name); });
  };

  return { outlines: outlines, values: values, Figures: Figures, KINDS: KINDS, STATUS: STATUS };
})();
