/* The frame in the browser: scheme, arrival on a page, menu drawer, theme switch. No library. */
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  var lastPath = null;

  function scheme() {
    return root.dataset.theme || (dark.matches ? "dark" : "light");
  }

  function tellScheme() {
    // Only Plotly figures need the server for their colours; everything else follows the tokens.
    if (document.querySelector(".dash-graph, .js-plotly-plot")) {
      window.dash_clientside.set_props("scheme", { data: scheme() });
    }
  }

  function setTheme(theme) {
    root.dataset.theme = theme;
    document.cookie = "bb_theme=" + theme + ";path=/;max-age=31536000;samesite=strict";
    tellScheme();
  }

  function openMenu(isOpen, giveBack) {
    var button = document.getElementById("menu-toggle");
    root.classList.toggle("nav-open", isOpen);
    if (button) button.setAttribute("aria-expanded", String(isOpen));
    [".page", ".skip-link"].forEach(function (part) {
      var element = document.querySelector(part);
      if (element) element.inert = isOpen;
    });
    if (isOpen) {
      var first = document.querySelector("#sidebar a");
      if (first) first.focus();
    } else if (giveBack && button) {
      button.focus();
    }
  }

  function isOpen() {
    return root.classList.contains("nav-open");
  }

  /* To another page of this municipality without a new document, the way Dash's own links go. */
  function follow(href) {
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  }

  window.buurtbeeld = Object.assign(window.buurtbeeld || {}, { follow: follow });

  function isOurs(link) {
    var base = window.location.pathname.split("/").slice(0, 3).join("/") + "/";
    return link.origin === window.location.origin && link.pathname.indexOf(base) === 0 && !link.target &&
      !link.hasAttribute("download") && !/^(download|api|geo|v)\//.test(link.pathname.slice(base.length));
  }

  /* A chart redraws itself too late for paper: the same figure, drawn for the width of a sheet, goes along. */
  var SHEET = { width: 660, height: 190, autosize: false, font: { color: "#000", size: 11 } };
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll(".js-plotly-plot").forEach(function (plot) {
      var printed = document.createElement("div");
      printed.className = "printed-chart";
      plot.parentNode.insertBefore(printed, plot);
      window.Plotly.newPlot(printed, plot.data, Object.assign({}, plot.layout, SHEET), { staticPlot: true });
    });
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll(".printed-chart").forEach(function (printed) {
      window.Plotly.purge(printed);
      printed.remove();
    });
  });

  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("a[href]") : null;
    if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.getAttribute("href").charAt(0) === "#" || !isOurs(link)) return;
    event.preventDefault();
    follow(link.href);
  });
  document.addEventListener("click", function (event) {
    var at = event.target;
    if (at.closest("#theme-toggle")) setTheme(scheme() === "dark" ? "light" : "dark");
    else if (at.closest("#menu-toggle")) openMenu(!isOpen(), true);
    else if (at.closest("#scrim") || (isOpen() && at.closest("#sidebar a"))) openMenu(false, false);
    else if (at.closest(".skip-link")) {
      event.preventDefault();
      document.getElementById("main").focus();
    }
  });
  /* A point of a chart leads to where its figure comes from; by keyboard the table below it does. */
  document.addEventListener("mousemove", function (event) {
    var chart = event.target.closest ? event.target.closest(".js-plotly-plot") : null;
    if (!chart || chart.dataset.leads || !chart.on) return;
    chart.dataset.leads = "1";
    chart.on("plotly_click", function (clicked) {
      var point = clicked.points && clicked.points[0];
      if (point && typeof point.customdata === "string" && point.customdata.charAt(0) === "/") follow(point.customdata);
    });
  });
  document.addEventListener("keydown", function (event) {
    if (!isOpen()) return;
    if (event.key === "Escape") openMenu(false, true);
    if (event.key !== "Tab") return;
    // The drawer and its button are one ring: focus does not leave it while it is open.
    var ring = [document.getElementById("menu-toggle")].concat(Array.from(document.querySelectorAll("#sidebar a")));
    var at = ring.indexOf(document.activeElement) + (event.shiftKey ? -1 : 1);
    event.preventDefault();
    ring[(at + ring.length) % ring.length].focus();
  });
  window.matchMedia("(min-width: 992px)").addEventListener("change", function (wide) {
    if (wide.matches && isOpen()) openMenu(false, false);
  });
  dark.addEventListener("change", function () {
    if (!root.dataset.theme) tellScheme();
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    shell: {
      scheme: scheme,
      arrive: function (meta) {
        if (!meta) return window.dash_clientside.no_update;
        document.title = meta.title;
        root.lang = meta.language;
        if (isOpen()) openMenu(false, false);
        if (lastPath !== null && lastPath !== meta.path) {
          // A new page without a new document: say it and stand at its heading, as a browser would.
          window.scrollTo(0, 0);
          window.setTimeout(function () {
            var heading = document.querySelector("#main h1") || document.getElementById("main");
            heading.focus({ preventScroll: true });
          }, 0);
        }
        if (window.location.hash.length > 1) {
          // The part that the address names is there only now.
          window.setTimeout(function () {
            var part = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
            if (part) part.scrollIntoView();
          }, 60);
        }
        lastPath = meta.path;
        return meta.path;
      }
    }
  });
})();
