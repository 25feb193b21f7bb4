package io.taskgroup.benchmarks.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * What was measured of one case, as text: a table for each metric. Each setting has a row
 * of figures, and one that compares them.
 */
public final class Section {

	private static final String NONE = "-";

	private final Layout layout;

	/** By setting, and then by subject. */
	private final Map<Map<String, String>, Map<String, Measurement>> rows = new LinkedHashMap<>();

	/**
	 * Makes a section.
	 * @param layout what its tables look like
	 * @param measurements what was measured, in the order of the rows
	 */
	public Section(Layout layout, Collection<Measurement> measurements) {
		this.layout = layout;
		for (Measurement measurement : measurements) {
			this.rows.computeIfAbsent(measurement.setting(), setting -> new LinkedHashMap<>())
				.put(measurement.subject(), measurement);
		}
	}

	/**
	 * The section as text.
	 * @param notes what is to be said below the tables
	 * @return Markdown
	 */
	public String text(List<String> notes) {
		List<String> paragraphs = new ArrayList<>();
		for (Metric metric : this.layout.metrics()) {
			paragraphs.add("**" + metric.title(this.layout.one()) + "**");
			paragraphs.add(table(metric).toString());
		}
		paragraphs.addAll(notes);
		return String.join("\n\n", paragraphs);
	}

	private Table table(Metric metric) {
		List<String> names = new ArrayList<>(settingNames());
		names.add("");
		List<String> subjects = this.layout.subjects();
		Table table = new Table(names, subjects.stream().map(Titles::of).toList());
		this.rows.forEach((setting, row) -> {
			List<@Nullable Figure> figures = figures(row, metric);
			Metric.Unit unit = metric.unitFor(smallest(figures));
			List<String> cells = new ArrayList<>(setting.values().stream().map(Titles::of).toList());
			cells.add(unit.name());
			cells.addAll(texts(figures, figure -> figure.dividedBy(unit.size())));
			table.add(cells);
			if (subjects.size() > 1) {
				table.add(comparisons(setting.size(), figures, unit));
			}
		});
		return table;
	}

	private List<String> comparisons(int settings, List<@Nullable Figure> figures, Metric.Unit unit) {
		List<String> cells = new ArrayList<>(Collections.nCopies(settings, ""));
		cells.add(this.layout.comparison().unit(unit));
		cells.add("");
		Figure first = figures.getFirst();
		List<@Nullable Figure> others = figures.subList(1, figures.size());
		if (first == null) {
			cells.addAll(Collections.nCopies(others.size(), NONE));
		}
		else {
			// a ratio of figures in another unit is the same
			Figure scaled = first.dividedBy(unit.size());
			cells.addAll(texts(others, other -> this.layout.comparison().of(scaled, other.dividedBy(unit.size()))));
		}
		return cells;
	}

	private Collection<String> settingNames() {
		return this.rows.keySet().stream().findFirst().map(Map::keySet).orElse(Collections.emptySet());
	}

	private List<@Nullable Figure> figures(Map<String, Measurement> row, Metric metric) {
		List<@Nullable Figure> figures = new ArrayList<>();
		for (String subject : this.layout.subjects()) {
			Measurement measurement = row.get(subject);
			figures.add((measurement != null) ? measurement.figures().get(metric) : null);
		}
		return figures;
	}

	private static double smallest(List<@Nullable Figure> figures) {
		return figures.stream().filter(Objects::nonNull).mapToDouble(Figure::value).min().orElse(0);
	}

	private static List<String> texts(List<@Nullable Figure> figures, Function<Figure, Figure> shown) {
		return figures.stream()
			.map(figure -> (figure != null) ? shown.apply(figure).text() : NONE)
			.collect(Collectors.toList());
	}

}
