package io.taskgroup.autoconfigure.actuate;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;

/**
 * Matches if somebody can look at what is open: if the endpoint is exposed, or the page.
 */
final class OnTaskTreeCondition extends AnyNestedCondition {

	OnTaskTreeCondition() {
		super(ConfigurationPhase.PARSE_CONFIGURATION);
	}

	@ConditionalOnAvailableEndpoint(endpoint = TaskGroupsEndpoint.class)
	static final class OnEndpoint {

	}

	@ConditionalOnWebApplication
	@ConditionalOnAvailableEndpoint(endpoint = TaskTreeEndpoint.class, exposure = EndpointExposure.WEB)
	static final class OnPage {

	}

}
