package io.taskgroup.sample;

import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;

/**
 * A backend gave no answer, or none that is of use.
 */
class BackendException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	BackendException(String backend, RestClientException cause) {
		super(backend + ((cause instanceof RestClientResponseException response)
				? " answered with " + response.getStatusCode() : " gave no answer that is of use"), cause);
	}

}
