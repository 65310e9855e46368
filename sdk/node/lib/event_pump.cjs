'use strict';
// Takes event after event off the frames and has each answered. While a handler answers without the
// event loop (it returned, or its promise was settled by other promises), the next event is read
// without the loop too. The loop has its turn when anything waits for it, and before a handler
// begins if the last turn was a millisecond ago: timers, sockets that were closed meanwhile.
const { loopIsEmpty } = require('./invocation.cjs');

const TURN_MS = 1;
// What Node does after any callback: ticks, and promises' reactions. Not documented, but in every
// version; one without it goes by the event loop.
const { _tickCallback: settle } = process;

class EventPump {
  #client;
  #answer;
  #ended;
  #turned = 0; // when the event loop had its last turn
  #answered = false;
  #beginning = false; // a handler is being called

  // `answer(event, post)` has an event answered and calls `post` with what came of it, {body},
  // {stream} whose parts have left, or {failure}, now or later. `ended`: a stem is to become a function.
  constructor(client, answer, ended) {
    this.#client = client;
    this.#answer = answer;
    this.#ended = ended;
  }

  start() {
    this.#client.wish();
    setImmediate(this.#turn);
  }

  // Called by the event loop, so that whatever was due has been done.
  #turn = () => {
    this.#turned = performance.now();
    this.#pump();
  };

  #pump() {
    let event;
    do {
      if (!this.#isQuiet()) {
        this.#client.receiveLater(this.#take);
        return;
      }
      event = this.#client.receive();
      if (event === null) {
        this.#ended();
        return;
      }
      if (performance.now() - this.#turned > TURN_MS) {
        setImmediate(this.#take, event);
        return;
      }
    } while (this.#begin(event)); // else `post` goes on
  }

  // Called by the event loop, too.
  #take = (event) => {
    this.#turned = performance.now();
    if (event === null) {
      this.#ended();
    } else if (this.#begin(event)) {
      this.#pump();
    }
  };

  // Whether it has been answered.
  #begin(event) {
    this.#answered = false;
    this.#beginning = true;
    this.#answer(event, this.#post);
    settle?.();
    if (!this.#answered && this.#isQuiet()) {
      loopIsEmpty(); // as it would find out itself in some microseconds
      settle();
    }
    this.#beginning = false;
    return this.#answered;
  }

  #post = (outcome) => {
    this.#answered = true;
    if (outcome.failure !== undefined) {
      this.#client.postFailure(outcome.failure);
    } else if (outcome.stream !== undefined) {
      this.#client.postStream(outcome.stream);
    } else {
      this.#client.post(outcome.body);
    }
    if (!this.#beginning) {
      setImmediate(this.#turn);
    }
  };

  #isQuiet() {
    return (
      settle !== undefined &&
      !this.#client.usesEventLoop &&
      process.getActiveResourcesInfo().length === 0
    );
  }
}

module.exports = { EventPump };
