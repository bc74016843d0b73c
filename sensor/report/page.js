"use strict";
const SHOWN = 20;

/* A table: rows beyond the first lie in a template; search, filters and order decide which are shown. */
function table(box) {
	const body = box.querySelector("tbody"), more = box.querySelector("template");
	const all = [...body.rows, ...(more ? more.content.querySelectorAll("tr") : [])];
	const texts = new Map(), selects = [...box.querySelectorAll("select")];
	const search = box.querySelector("input"), pager = box.querySelector(".pager");
	const heads = [...box.querySelectorAll("thead th")];
	let shown = all, page = 0, column = -1, up = false;

	const text = row => {
		if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase());
		return texts.get(row);
	};
	const fits = (cell, value) => cell.dataset.v === undefined ? cell.textContent === value : cell.dataset.v.includes("|" + value + "|");
	const weight = row => {
		const cell = row.cells[column];
		return cell.dataset.n === undefined ? cell.textContent.toLowerCase() : Number(cell.dataset.n);
	};
	const button = (words, is_off, to) => {
		const made = document.createElement("button");
		made.textContent = words;
		made.disabled = is_off;
		made.onclick = () => { page = to; show(); };
		return made;
	};
	function show() {
		const pages = Math.max(1, Math.ceil(shown.length / SHOWN));
		page = Math.min(page, pages - 1);
		const words = document.createElement("span");
		words.textContent = shown.length.toLocaleString("en") + (shown.length === all.length ? " rows" : " of " + all.length.toLocaleString("en") + " rows") + (pages > 1 ? ", page " + (page + 1) + " of " + pages : "");
		body.replaceChildren(...shown.slice(page * SHOWN, page * SHOWN + SHOWN));
		pager.replaceChildren(...(pages > 1 ? [button("Back", page === 0, page - 1), words, button("Next", page === pages - 1, page + 1)] : [words]));
	}
	function choose() {
		const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
		const wanted = selects.filter(s => s.value !== "");
		shown = all.filter(row => words.every(w => text(row).includes(w)) && wanted.every(s => fits(row.cells[s.dataset.col], s.value)));
		if (column >= 0) {
			const keyed = shown.map(row => [weight(row), row]);
			keyed.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0) * (up ? 1 : -1));
			shown = keyed.map(k => k[1]);
		}
		page = 0;
		show();
	}
	heads.forEach((head, index) => {
		const order = () => {
			up = column === index ? !up : false;
			column = index;
			heads.forEach(h => h.removeAttribute("aria-sort"));
			head.setAttribute("aria-sort", up ? "ascending" : "descending");
			choose();
		};
		head.tabIndex = 0;
		head.onclick = order;
		head.onkeydown = event => { if (event.key === "Enter") order(); };
	});
	search.oninput = choose;
	selects.forEach(s => { s.onchange = choose; });
	show();
}

/* #partner=ID opens that partner's page. */
function partner() {
	const view = document.getElementById("partner-view"), pages = document.getElementById("partner-pages");
	const at = location.hash.indexOf("partner=");
	if (!view || at !== 1) return;
	let id = location.hash.slice(9);
	try { id = decodeURIComponent(id); } catch (error) { return; }
	for (const page of pages.content.children) {
		if (page.dataset.id !== id) continue;
		view.replaceChildren(page.cloneNode(true));
		view.scrollIntoView();
		view.focus({preventScroll: true});
	}
}

document.querySelectorAll(".table").forEach(table);
addEventListener("hashchange", partner);
partner();
