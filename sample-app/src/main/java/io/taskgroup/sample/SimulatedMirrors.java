package io.taskgroup.sample;

import java.util.Map;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/**
 * The mirrors of the delivery service: all say the same, a number of days made from the
 * book's id.
 */
@RestController
class SimulatedMirrors {

	private final Map<String, Behaviour> behaviours;

	SimulatedMirrors(StorefrontProperties properties) {
		this.behaviours = properties.mirrors();
	}

	@GetMapping("/mirrors/{mirror}/deliveries/{id}")
	Delivery delivery(@PathVariable String mirror, @PathVariable int id,
			@RequestHeader(name = Trouble.HEADER, defaultValue = "NONE") Trouble trouble) throws InterruptedException {
		Behaviour.of(mirror, this.behaviours).simulate(trouble);
		return deliveryOf(mirror, id);
	}

	static Delivery deliveryOf(String mirror, int id) {
		return new Delivery(mirror, 1 + id * 11 % 7);
	}

}
