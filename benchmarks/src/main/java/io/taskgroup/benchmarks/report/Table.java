package io.taskgroup.benchmarks.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A table in Markdown. Columns of figures are aligned to the right. */
final class Table {

	private final List<String> lines = new ArrayList<>();

	/**
	 * Begins a table.
	 * @param names the headings of the columns with text
	 * @param figures the headings of the columns with figures
	 */
	Table(List<String> names, List<String> figures) {
		List<String> all = new ArrayList<>(names);
		all.addAll(figures);
		add(all);
		List<String> alignment = new ArrayList<>(Collections.nCopies(names.size(), "---"));
		alignment.addAll(Collections.nCopies(figures.size(), "---:"));
		this.lines.add("|" + String.join("|", alignment) + "|");
	}

	void add(List<String> cells) {
		this.lines.add("| " + String.join(" | ", cells) + " |");
	}

	@Override
	public String toString() {
		return String.join("\n", this.lines);
	}

}
