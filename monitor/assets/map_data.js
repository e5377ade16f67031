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
    this.share = new Intl.NumberFormat(config.locale, { maximumFractionDigits: 1 });
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

  /* A count as it may be taken: a range, "≈ 12" or "12" (monitor.components.format.count_text). */
  Figures.prototype.counted = function (count, level, kind, status) {
    return this.taken(count, this.isLeaf(level, kind), status);
  };

  Figures.prototype.taken = function (count, isLeaf, status) {
    var about = this.body.about, text = this.whole.format(count), texts = this.config.texts;
    if (about && isLeaf && (count === 0 || count === about.base)) {
      return texts.range.replace("{low}", count ? 1 : 0).replace("{high}", count ? about.base : about.base - 1);
    }
    return this.near(about && !isLeaf, status) + text;
  };

  Figures.prototype.isLeaf = function (level, kind) {
    var leaf = this.body.about && this.body.about.leaf;
    return Boolean(leaf && leaf[0] === level && leaf[1] === kind);
  };

  Figures.prototype.isRange = function (count, level, kind) {
    return this.isLeaf(level, kind) && (count === 0 || count === this.body.about.base);
  };

  Figures.prototype.near = function (isAbout, status) {
    return isAbout || status === "estimated" || status === "rounded" ? "≈ " : "";
  };

  /* Are there smoothed rates of this level and period? */
  Figures.prototype.isSmoothed = function (level, period) {
    var found = this.find(level, period), standing = found && this.block(level, found.kind).standing;
    return Boolean(standing && standing.period === period && standing.smoothed.length && !this.isCount);
  };

  /* Is this the newest complete period, or a later one? The verdicts are about now. */
  Figures.prototype.isNow = function (level, period) {
    var found = this.find(level, period);
    if (!found) return false;
    return found.row >= this.find(level, this.nearest(level, null, found.kind)).row;
  };

  /* The verdict on an area: {word, name, way, period, said, hasRange}; null where nothing is judged. */
  Figures.prototype.judgement = function (level, code) {
    var kinds = this.kinds(level), judged = this.body.judged[level], texts = this.config.texts;
    var at = judged ? this.block(level, kinds[0]).codes.indexOf(code) : -1;
    if (at < 0 || judged.word[at] === "9") return null;
    var word = +judged.word[at], period = judged.periods[judged.at[at]], name = this.config.judgedPeriods[period];
    var isFew = word === 3 || judged.lower[at] === null, said = texts.judgedSaid;
    var reason = said.reasons[judged.why[at] === null ? "" : judged.reasons[judged.why[at]]];
    var number = judged.observed[at] === null ? "" : this.taken(judged.observed[at], judged.leaf, "final");
    var text = isFew ? said.few.replace("{reason}", reason) : said[judged.method[at]]
      .replace("{n}", number)
      .replace("{low}", this.whole.format(judged.lower[at])).replace("{high}", this.whole.format(judged.upper[at]));
    var brief = isFew ? reason : said.brief.replace("{n}", number)
      .replace("{low}", this.whole.format(judged.lower[at])).replace("{high}", this.whole.format(judged.upper[at]));
    return { word: word, name: texts.judged[word], way: judged.way[at], period: period, periodName: name,
      isFew: isFew, brief: brief, said: text.replace("{period}", name) };
  };

  /* One cell: numbers (scaled), status, class 1–5, verdict, and its words. `measure`: "smoothed" colours by the rate that
     is drawn towards the mean, where it is known. */
  Figures.prototype.cell = function (level, kind, row, code, measure) {
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
      cell.share = (block.estimated[block.periods[row]] || {})[code];
      var verdicts = block.verdict[block.periods[row]];
      cell.verdict = verdicts ? VERDICT[+verdicts[at]] || null : null;
      var standing = block.standing && block.standing.period === block.periods[row] ? block.standing : null;
      if (standing && standing.rank[at] !== null) {
        cell.place = (this.body.index ? texts.placeIndex : texts.place).replace("{rank}", standing.rank[at]).replace("{n}", standing.n)
          .replace("{best}", standing.best[at]).replace("{worst}", standing.worst[at]);
      }
      if (standing && measure === "smoothed" && standing.smoothed.length) cell.smoothed = standing.smoothed[at];
      if (this.isNow(level, block.periods[row])) cell.judged = this.judgement(level, code);
    }
    var coloured = cell.smoothed === null || cell.smoothed === undefined ? cell.value : cell.smoothed;
    if (cell.value !== null && !this.isCount) {
      cell.quantile = 1;
      block.breaks.forEach(function (edge) { if (coloured >= edge) cell.quantile += 1; });
    }
    cell.hasValue = cell.value !== null;
    var isNear = this.body.about && (!this.isLeaf(level, kind) || this.isRange(cell.numerator, level, kind));
    cell.shown = !cell.hasValue ? texts.status[cell.status]
      : this.isCount ? this.counted(cell.value, level, kind, cell.status)
        : this.near(isNear, cell.status) + this.text(cell.value);
    cell.shownSmoothed = cell.smoothed === null || cell.smoothed === undefined ? ""
      : texts.smoothed.replace("{value}", this.near(isNear, cell.status) + this.text(cell.smoothed));
    cell.interval = cell.hasValue && !this.isCount && cell.lower !== null
      ? texts.between.replace("{lower}", this.text(cell.lower)).replace("{upper}", this.text(cell.upper)) : "";
    cell.count = cell.numerator === null || this.isCount ? "" : this.counted(cell.numerator, level, kind, cell.status);
    return cell;
  };

  /* What a cell says in one sentence: for tooltip and screen reader. */
  Figures.prototype.sentence = function (cell) { return this.lines(cell).join(", "); };

  /* The same, part by part. */
  Figures.prototype.lines = function (cell) {
    var texts = this.config.texts, parts = [], value = cell.shown + (this.body.unit === "share_pct" ? "" : " " + this.unit());
    if (cell.hasValue) {
      if (cell.shownSmoothed) parts.push(cell.shownSmoothed + " " + this.unit());
      parts.push(cell.shownSmoothed ? texts.counted.replace("{value}", value) : value);
      if (cell.interval) parts.push(cell.interval);
      if (cell.count) parts.push(texts.events.replace("{n}", cell.count));
      if (cell.status !== "final") parts.push(texts.status[cell.status]);
      if (cell.share) parts.push(texts.estimated.replace("{share}", this.share.format(cell.share)));
    } else {
      parts.push(texts.status[cell.status]);
      if (cell.count) parts.push(texts.events.replace("{n}", cell.count));
    }
    if (cell.verdict) parts.push(texts.verdictRest[cell.verdict]);
    if (cell.place) parts.push(cell.place);
    if (cell.judged) parts.push(cell.judged.name + " (" + cell.judged.said + ")");
    return parts;
  };

  Figures.prototype.unit = function () {
    return this.config.units[this.body.unit];
  };

  /* All cells of a level in one period, by name. */
  Figures.prototype.cells = function (level, period, measure) {
    var found = this.find(level, period), self = this, config = this.config;
    var codes = Object.keys(config.levels).filter(function (code) { return config.levels[code] === level; });
    var order = new Intl.Collator(config.locale);
    return codes.map(function (code) {
      return found ? self.cell(level, found.kind, found.row, code, measure) : self.cell(level, null, 0, code);
    }).sort(function (a, b) { return order.compare(a.name, b.name); });
  };

  return { outlines: outlines, values: values, Figures: Figures, KINDS: KINDS, STATUS: STATUS };
})();
