package io.taskgroup.sample;

/**
 * What came of asking a supplier: an offer, or none.
 */
sealed interface Answer permits Offer, Missing {

}
