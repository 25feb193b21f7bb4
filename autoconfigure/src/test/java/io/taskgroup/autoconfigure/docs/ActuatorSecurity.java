package io.taskgroup.autoconfigure.docs;

import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.CsrfConfigurer;
import org.springframework.security.web.SecurityFilterChain;

// docs: actuator-security
@Configuration(proxyBeanMethods = false)
class ActuatorSecurity {

	@Bean
	@Order(1)
	SecurityFilterChain taskGroups(HttpSecurity http) {
		return http.securityMatcher(EndpointRequest.to("taskgroups", "tasktree"))
			.authorizeHttpRequests((requests) -> requests.anyRequest().hasRole("OPS"))
			.httpBasic(Customizer.withDefaults())
			.csrf(CsrfConfigurer::spa) // a cookie that the page's script can read
			.build();
	}

}
// docs: end
