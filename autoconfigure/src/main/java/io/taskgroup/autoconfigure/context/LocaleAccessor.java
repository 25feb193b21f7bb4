package io.taskgroup.autoconfigure.context;

import java.util.Locale;
import java.util.TimeZone;

import io.micrometer.context.ThreadLocalAccessor;
import org.jspecify.annotations.Nullable;

import org.springframework.context.i18n.LocaleContext;
import org.springframework.context.i18n.LocaleContextHolder;
import org.springframework.context.i18n.LocaleContextThreadLocalAccessor;
import org.springframework.context.i18n.SimpleLocaleContext;
import org.springframework.context.i18n.SimpleTimeZoneAwareLocaleContext;
import org.springframework.context.i18n.TimeZoneAwareLocaleContext;

/**
 * The locale and the time zone. Unlike Spring's own accessor it takes their values: the
 * context of a web request asks the request for them, which may be over when a task asks.
 */
final class LocaleAccessor implements ThreadLocalAccessor<LocaleContext> {

	@Override
	public Object key() {
		return LocaleContextThreadLocalAccessor.KEY;
	}

	@Override
	public @Nullable LocaleContext getValue() {
		LocaleContext context = LocaleContextHolder.getLocaleContext();
		if (context == null || context.getClass() == SimpleLocaleContext.class
				|| context.getClass() == SimpleTimeZoneAwareLocaleContext.class) {
			return context;
		}
		Locale locale = context.getLocale();
		TimeZone timeZone = (context instanceof TimeZoneAwareLocaleContext aware) ? aware.getTimeZone() : null;
		return (timeZone != null) ? new SimpleTimeZoneAwareLocaleContext(locale, timeZone)
				: new SimpleLocaleContext(locale);
	}

	@Override
	public void setValue(LocaleContext value) {
		LocaleContextHolder.setLocaleContext(value);
	}

	@Override
	public void setValue() {
		LocaleContextHolder.resetLocaleContext();
	}

}
