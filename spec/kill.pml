/*
 * The kill protocol: one head that restarts, two workers, two runs of one segment each.
 *
 * What a kill's answer lists is dead and stays dead, whatever crashes, is lost, comes late or comes twice. Also: an incarnation
 * begins at most once, no kill ends what it did not select, and what a worker had accepted before it came back does not begin there
 * after its kill was told. With LIVENESS: once the faults stop, every kill that was told is proven.
 *
 * Names are those of the code (io.procgrid.head.core, io.procgrid.worker.core). README.md has the table, the bounds and how to read
 * a counterexample; check.sh runs the searches. Each NO_… leaves one rule out.
 *
 * A d_step is one event of a core together with the writes that it waits for. A crash in the middle of it is the same as a crash
 * before it or after it; where it is not, there are two steps.
 */

/* ---- Bounds ---- */

#ifndef RUNS
#define RUNS 2              /* 1 or 2, of one segment each */
#endif
#ifndef INCARNATIONS
#define INCARNATIONS 1      /* 2: run 1 is an auto-start entry and runs again when it is over */
#endif
#ifndef MESSAGES
#define MESSAGES 2          /* on their way at a time; what is more is lost */
#endif
#ifndef SENDS
#define SENDS 2             /* dispatch numbers per worker and epoch, at most 3 */
#endif
#ifndef CRASHES
#define CRASHES 1           /* of the head, of a worker, of the connection between them: together */
#endif
#ifndef REBOOTS
#define REBOOTS 0           /* of a host: its processes die, its worker comes back */
#endif
#ifndef LOSSES
#define LOSSES 0            /* of a journal: the worker comes back with a new identity, its processes live on */
#endif
#ifndef DAMAGES
#define DAMAGES 0           /* of a journal's entry: what became of the segment can no longer be read */
#endif
#ifndef MOVES
#define MOVES 0             /* of the data folders: each worker comes back on the other's host */
#endif

#define WORKERS 2
#define IDENTITIES (WORKERS + LOSSES)
#define SEGMENTS (RUNS + INCARNATIONS - 1)

/* Segment 0 is of run 1; then its second incarnation, if there is one; the last is of run 2. */
#define isSecond(s) (INCARNATIONS == 2 && s == 1)

/* ---- Types ---- */

mtype = {
  WAITING, PLACED, ACCEPTED, RUNNING, ENDING, OVER,     /* head.core.SegmentPhase; there ACCEPTED stands for RUNNING too */
  NONE, RECORDED, TOMBSTONED, DAMAGED                   /* worker.core.Segment.Phase, with ACCEPTED, RUNNING and OVER */
};

/* What the head's store has of a segment: RunCreated, SegmentPlaced, KillIntended, SegmentEnded. */
typedef Stored {
  bool created, placed, intent, end;
  unsigned identity : 2;                                /* head.core.Placement */
  unsigned instance : 3;
  unsigned machine : 1
};

/* What the head's heap has of it. */
typedef Heap {
  mtype phase = WAITING;
  bool intent;
  unsigned lastDispatchNumber : 2
};

/* The head's link to the worker at a place. */
typedef Link {
  bool up;                                              /* CONNECTED */
  bool ready;                                           /* READY: the inventory was compared */
  unsigned identity : 2;
  unsigned instance : 3
};

typedef Entry {
  mtype phase = NONE;
  bool tombstone;
  unsigned machine : 1;                                 /* worker.process.ProcessRecord: where it was launched */
  unsigned bootId : 3
};

typedef Journal {
  unsigned epoch : 3;
  unsigned dispatchNumber : 2;                          /* the highest accepted in that epoch */
  Entry segment[SEGMENTS]
};

/* The worker process at a place. Its place is its host. */
typedef Worker {
  unsigned identity : 2;
  unsigned instance : 3;
  unsigned dispatchNumber : 2;                          /* Terms.dispatchNumber: the highest decided on */
  bool waiting[SEGMENTS]                                /* Segment.Phase.WAITING: not before a head says Proceed */
};

typedef Host {
  unsigned bootId : 3;
  bool alive[SEGMENTS]
};

/* ---- State ---- */

byte epoch = 1;
byte instances = 1;                                      /* given so far */
Stored store[SEGMENTS];
Heap heap[SEGMENTS];
Link link[WORKERS];
byte lastDispatchNumber[IDENTITIES];                    /* on the heap: WorkerState.lastDispatchNumber */
Journal journal[IDENTITIES];
Worker worker[WORKERS];
Host host[WORKERS];
short network[MESSAGES];                                /* without repetition; 0 = free, free ones last */
byte crashes, reboots, losses, damages, moves;

/* Known to the checker alone. */
bool begun[SEGMENTS];                                   /* a process of it executed user code */
bool selected[SEGMENTS];                                /* a kill selected it */
bool told[SEGMENTS];                                    /* the answer to a kill of it said killed or pending */
bool owed[SEGMENTS];                                    /* its kill was stored when its worker came back */

/* Counters within a step; 0 between steps. */
byte i, j, each;
short sent;

/* ---- Words ---- */

#define mayLive(s) (heap[s].phase == PLACED || heap[s].phase == ACCEPTED)
#define ended(s) (heap[s].phase == ENDING || heap[s].phase == OVER)
#define isAlive(s) (host[0].alive[s] || host[1].alive[s])
#define known(w) journal[worker[w].identity]
#define entry(w, s) known(w).segment[s]
#define isLive(w, s) (entry(w, s).phase != NONE && entry(w, s).phase != OVER)
#define earlierLives(w, s) (isSecond(s) && isLive(w, 0))
#define hasNotBegun(w, s) (entry(w, s).phase == ACCEPTED || entry(w, s).phase == RECORDED)
#define isRecorded(w, s) (entry(w, s).phase == RECORDED || entry(w, s).phase == RUNNING)
#define isCurrent(w) (link[w].up && link[w].identity == worker[w].identity && link[w].instance == worker[w].instance)

/* R2: only the journal that a segment was placed on says anything about it. */
#ifdef NO_IDENTITY
#define isPlacedOn(s, w) (store[s].placed && store[s].machine == w)
#else
#define isPlacedOn(s, w) (store[s].placed && store[s].identity == link[w].identity)
#endif

/*
 * ---- The network ----
 *
 * A set: each message comes, to whoever admits it, any number of times, until it is lost. As none must come, losing one means
 * something only when it makes room.
 */

#define Start 1
#define Kill 2
#define Terminated 3
#define Forget 4
#define Proceed 5

#define request(type, s, number, w) \
  (type | (s << 3) | (epoch << 5) | (number << 8) | (link[w].identity << 10) | (link[w].instance << 12))
#define notice(type, s, w) (type | (s << 3) | (worker[w].identity << 10) | (worker[w].instance << 12))
#define typeOf(slot) (network[slot] & 7)
#define segmentOf(slot) ((network[slot] >> 3) & 3)
#define epochOf(slot) ((network[slot] >> 5) & 7)
#define numberOf(slot) ((network[slot] >> 8) & 3)
#define identityOf(slot) ((network[slot] >> 10) & 3)
#define instanceOf(slot) ((network[slot] >> 12) & 7)

inline send(message) {
  sent = message;
  i = 0;
#ifdef LIVENESS
  do :: i < MESSAGES && network[i] != 0 && network[i] != sent -> i++ :: else -> break od;
#else
  do :: i < MESSAGES && network[i] > sent -> i++ :: else -> break od;   /* sorted: their order means nothing */
#endif
  if
  :: i < MESSAGES && network[MESSAGES - 1] == 0 && network[i] != sent ->
       j = MESSAGES - 1;
       do :: j > i -> network[j] = network[j - 1]; j-- :: else -> break od;
       network[i] = sent
  :: else                                               /* under way already, or lost */
  fi;
  i = 0;
  j = 0;
  sent = 0
}

inline lose(slot) {
  j = slot;
  do :: j < MESSAGES - 1 -> network[j] = network[j + 1]; j++ :: else -> break od;
  network[MESSAGES - 1] = 0;
  j = 0
}

#ifdef LIVENESS
bool calm;                                              /* nothing fails any more */
#define inOrder(slot) (!calm || slot == 0)
inline handled(slot) { if :: calm -> lose(slot) :: else fi }
#else
#define calm false
#define inOrder(slot) true
inline handled(slot) { skip }
#endif

/* ---- Worker: whom it obeys (Terms, Connects) ---- */

#ifdef NO_ADDRESS
#define isForMe(w, slot) true
#else
#ifdef NO_INSTANCE
#define isForMe(w, slot) (identityOf(slot) == worker[w].identity)
#else
#define isForMe(w, slot) (identityOf(slot) == worker[w].identity && instanceOf(slot) == worker[w].instance)
#endif
#endif

#ifdef NO_EPOCH
#define isOpen(w, slot) true
#define mayBeOpen(w, slot) true
#else
#define isOpen(w, slot) (epochOf(slot) == known(w).epoch)
#define mayBeOpen(w, slot) (epochOf(slot) >= known(w).epoch)
#endif

#define isRequest(w, slot) \
  (network[slot] != 0 && typeOf(slot) != Terminated && inOrder(slot) && isForMe(w, slot) && isOpen(w, slot))

/* What nobody will ever admit again is as good as lost. */
#define isAdmissible(w, slot) (typeOf(slot) == Terminated \
  -> (isOf(link[w].identity, link[w].instance, slot) || isOf(worker[w].identity, worker[w].instance, slot)) \
  : (isForMe(w, slot) && mayBeOpen(w, slot)))
#define isOf(name, process, slot) (identityOf(slot) == name && instanceOf(slot) == process)

inline purge() {
  i = 0;
  do
  :: i < MESSAGES && network[i] != 0 ->
       if
       :: isAdmissible(0, i) || isAdmissible(1, i) -> i++
       :: else -> lose(i)
       fi
  :: else -> break
  od;
  i = 0
}

inline openTerm(w) {
  if
  :: known(w).epoch != epoch ->
       known(w).epoch = epoch;
       known(w).dispatchNumber = 0;
       worker[w].dispatchNumber = 0
  :: else
  fi
}

/* ---- Worker: what it decides (WorkerCore) ---- */

#ifdef NO_DISPATCH_NUMBER
#define isStale(w, number) false
#else
#define isStale(w, number) (number <= worker[w].dispatchNumber)
#endif

#if INCARNATIONS == 2
#define laterIsKnown(w, s) (s == 0 && entry(w, 1).phase != NONE)
#else
#define laterIsKnown(w, s) false
#endif

/* Stale from then on, whatever was decided; only the number of an acceptance is in the journal. */
inline usedUp(w, number) {
  if :: number > worker[w].dispatchNumber -> worker[w].dispatchNumber = number :: else fi
}

inline start(w, s, number) {
  if
  :: entry(w, s).phase == NONE && !isStale(w, number) && !laterIsKnown(w, s) && !earlierLives(w, s) ->
       printf("worker %d: accepts Start %d of segment %d\n", w, number, s);
       entry(w, s).phase = ACCEPTED;
       if :: number > known(w).dispatchNumber -> known(w).dispatchNumber = number :: else fi
  :: else ->                                            /* already accepted, tombstone, stale or rejected */
       printf("worker %d: does not start segment %d by Start %d\n", w, s, number)
  fi;
  usedUp(w, number)
}

inline order(w, s) {
  entry(w, s).tombstone = true;
  worker[w].waiting[s] = false
}

/* Orders the kill of the segment and of its earlier incarnation. SegmentLife carries it out. */
inline kill(w, s) {
  printf("worker %d: Kill of segment %d\n", w, s);
  if
#ifndef NO_TOMBSTONE
  :: entry(w, s).phase == NONE ->
       entry(w, s).phase = TOMBSTONED;
       order(w, s)
#else
  :: entry(w, s).phase == NONE -> send(notice(Terminated, s, w))
#endif
  :: else -> order(w, s)
  fi;
  if :: earlierLives(w, s) -> order(w, 0) :: else fi
#ifdef NO_INCARNATION
  ; if :: s == 0 && isLive(w, 1) -> order(w, 1) :: else fi
#endif
}

inline drop(w, s) {
  entry(w, s).phase = NONE;
  entry(w, s).tombstone = false;
  entry(w, s).machine = 0;
  entry(w, s).bootId = 0
}

/* A Start of it that is still on its way comes too late from now on. */
inline forget(w, s, number) {
#ifndef NO_FORGET_NUMBER
  usedUp(w, number);
#endif
  if
  :: entry(w, s).phase == OVER && !earlierLives(w, s) ->
       printf("worker %d: forgets segment %d\n", w, s);
       drop(w, s)
  :: else                                               /* kept */
  fi
}

inline proceed(w, s) {
  printf("worker %d: Proceed of segment %d\n", w, s);
  worker[w].waiting[s] = false
}

inline obey(w, slot) {
  if
  :: typeOf(slot) == Start -> start(w, segmentOf(slot), numberOf(slot))
  :: typeOf(slot) == Kill -> kill(w, segmentOf(slot))
  :: typeOf(slot) == Forget -> forget(w, segmentOf(slot), numberOf(slot))
  :: typeOf(slot) == Proceed -> proceed(w, segmentOf(slot))
  fi;
  handled(slot)
}

proctype WorkerCore(byte w) {
  do
  :: d_step { isRequest(w, 0) -> obey(w, 0) }
#if MESSAGES > 1
  :: d_step { isRequest(w, 1) -> obey(w, 1) }
#endif
#if MESSAGES > 2
  :: d_step { isRequest(w, 2) -> obey(w, 2) }
#endif
#if MESSAGES > 3
  :: d_step { isRequest(w, 3) -> obey(w, 3) }
#endif
  od
}

/* ---- Worker: the life of a segment in it (SegmentLife) ---- */

#define isHere(w, s) (entry(w, s).machine == w)
#define isOfThisBoot(w, s) (entry(w, s).bootId == host[w].bootId)

#ifdef NO_MACHINE
#define isOfEarlierBoot(w, s) (!isOfThisBoot(w, s))
#else
#define isOfEarlierBoot(w, s) (isHere(w, s) && !isOfThisBoot(w, s))
#endif

#define mayBegin(w, s) (!entry(w, s).tombstone && !worker[w].waiting[s])
#define isNeverStarted(w, s) \
  (entry(w, s).tombstone && (entry(w, s).phase == ACCEPTED || entry(w, s).phase == TOMBSTONED) && !earlierLives(w, s))

inline strike(w, which) {
  printf("worker %d: strikes segment %d\n", w, which);
  assert(!host[w].alive[which] || selected[which]);
  host[w].alive[which] = false
}

inline conclude(w, s) {
  printf("worker %d: segment %d is over\n", w, s);
  entry(w, s).phase = OVER;
  worker[w].waiting[s] = false
}

proctype SegmentLife(byte w; byte s) {
  do
  /* Launched, held at the gate, and recorded; a crash before the record is durable leaves no process. */
  :: d_step { mayBegin(w, s) && entry(w, s).phase == ACCEPTED && !earlierLives(w, s) ->
       printf("worker %d: records the process of segment %d\n", w, s);
       entry(w, s).phase = RECORDED;
       entry(w, s).machine = w;
       entry(w, s).bootId = host[w].bootId }
  /* Released. One that an earlier worker process recorded is found to have never begun (neverBegan), and launched anew. */
  :: d_step { mayBegin(w, s) && entry(w, s).phase == RECORDED && isHere(w, s) && isOfThisBoot(w, s) ->
       printf("worker %d: releases segment %d\n", w, s);
       assert(!begun[s]);
       assert(!ended(s) && !store[s].end);
       assert(!owed[s]);
       begun[s] = true;
       host[w].alive[s] = true;
       entry(w, s).phase = RUNNING }
  :: d_step { isNeverStarted(w, s) -> conclude(w, s) }
  /* killTree, treeDead; after a restart too, as the process was adopted */
  :: d_step { entry(w, s).tombstone && isRecorded(w, s) && isHere(w, s) && isOfThisBoot(w, s) ->
       strike(w, s);
       conclude(w, s) }
#ifdef NO_BOOT_ID
  /* the recorded pid is another's by now */
  :: d_step { entry(w, s).tombstone && entry(w, s).phase == RUNNING && isHere(w, s) && !isOfThisBoot(w, s) ->
       strike(w, 1 - s) }
#endif
  /* it ended by itself, at its gate too */
  :: d_step { isRecorded(w, s) && isHere(w, s) && isOfThisBoot(w, s) && !host[w].alive[s] -> conclude(w, s) }
  /* lostToReboot */
  :: d_step { isRecorded(w, s) && isOfEarlierBoot(w, s) -> conclude(w, s) }
#if DAMAGES > 0
  /* found by its leaf, or its leaf is read empty */
  :: d_step { entry(w, s).phase == DAMAGED && isHere(w, s) && (entry(w, s).tombstone || !host[w].alive[s]) ->
#ifndef NO_LEAF
       strike(w, s);
#endif
       conclude(w, s) }
#endif
  :: d_step { entry(w, s).phase == OVER && mayLive(s) -> send(notice(Terminated, s, w)) }
  od
}

/* ---- Head: kill calls (Kills) ---- */

/* What was never placed is over in the same step. A run that is over is not selected. */
proctype Kills(byte s) {
  do
  :: d_step { !calm && store[s].created && !ended(s) && !heap[s].intent ->
       printf("head: a kill call selects segment %d\n", s);
       selected[s] = true;
       heap[s].intent = true;
       if :: heap[s].phase == WAITING -> heap[s].phase = ENDING :: else fi }
  od
}

/*
 * ---- Head: what is on its way into the store (HeadStore), and the answers of Kills ----
 *
 * The time of a call may be up at any moment, so its answer is as early as it may be: with the intent in the store the caller can have
 * been told "pending", with the end in it "killed". Without either it is "outcome unknown", which promises nothing.
 */
proctype HeadStore(byte s) {
  do
  :: d_step { heap[s].intent && !store[s].intent ->
#ifdef NO_PROOF
       assert(!isAlive(s));
#endif
       printf("head: KillIntended of segment %d is stored; the answer may be: pending\n", s);
       store[s].intent = true;
       told[s] = true }
  :: d_step { heap[s].phase == ENDING && heap[s].intent == store[s].intent ->   /* the end comes with the intent or after it */
       printf("head: SegmentEnded of segment %d is stored; a kill of it lists it\n", s);
       assert(!isAlive(s));
       store[s].end = true;
       heap[s].phase = OVER }
  :: d_step { isSecond(s) && !store[s].created && store[0].end -> store[s].created = true }   /* AutoStartTaken */
  od
}

/* ---- Head: placement and Start (Dispatcher, Starts) ---- */

/* The workers are alike until one is used. */
#define mayUse(w) (w == 0 || store[0].placed || store[SEGMENTS - 1].placed)

inline place(s, w) {
  printf("head: places segment %d on identity %d, instance %d\n", s, link[w].identity, link[w].instance);
  store[s].placed = true;
  store[s].identity = link[w].identity;
  store[s].instance = link[w].instance;
  store[s].machine = w
}

#define isWanted(s, w) (heap[s].phase == PLACED && !heap[s].intent && link[w].ready && isPlacedOn(s, w))

proctype Dispatcher(byte s; byte w) {
  do
  :: d_step { store[s].created && heap[s].phase == WAITING && !heap[s].intent && link[w].ready && mayUse(w) ->
       place(s, w);
       heap[s].phase = PLACED }
  :: d_step { isWanted(s, w) && store[s].instance != link[w].instance -> place(s, w) }   /* placeAnew */
  :: d_step { isWanted(s, w) && store[s].instance == link[w].instance && lastDispatchNumber[link[w].identity] < SENDS ->
       assert(!told[s]);
       lastDispatchNumber[link[w].identity]++;
       heap[s].lastDispatchNumber = lastDispatchNumber[link[w].identity];
       printf("head: sends Start %d of segment %d, epoch %d\n", heap[s].lastDispatchNumber, s, epoch);
       send(request(Start, s, heap[s].lastDispatchNumber, w)) }
  od
}

/* ---- Head: kills on their way to proof (Killing) ---- */

inline prove(s) {
  printf("head: segment %d is proven over\n", s);
  assert(!isAlive(s));
  heap[s].phase = ENDING
}

proctype Killing(byte s; byte w) {
  do
  :: d_step { heap[s].intent && mayLive(s) && link[w].up && isPlacedOn(s, w) ->
       printf("head: sends Kill of segment %d, epoch %d\n", s, epoch);
       send(request(Kill, s, 0, w)) }
  /* KillLeftover: the worker found the leaf of a journal that nobody holds on its host, and killed what was in it. */
  :: d_step { heap[s].intent && mayLive(s) && isCurrent(w) && host[w].alive[s] && store[s].identity != worker[w].identity ->
       strike(w, s);
       prove(s) }
  od
}

/* ---- Head: proofs and what follows from them (Endings) ---- */

/* Events of a worker process that is no longer the current one change nothing. */
#define isProof(w, slot) (typeOf(slot) == Terminated && inOrder(slot) && link[w].up \
  && identityOf(slot) == link[w].identity && instanceOf(slot) == link[w].instance)

inline terminated(w, slot) {
  if
  :: mayLive(segmentOf(slot)) && isPlacedOn(segmentOf(slot), w) -> prove(segmentOf(slot))
  :: else
  fi;
  handled(slot)
}

#ifdef NO_DURABLE_END
#define mayForget(s) ended(s)
#else
#define mayForget(s) (heap[s].phase == OVER)
#endif

proctype Endings(byte w) {
  do
  :: d_step { isProof(w, 0) -> terminated(w, 0) }
#if MESSAGES > 1
  :: d_step { isProof(w, 1) -> terminated(w, 1) }
#endif
#if MESSAGES > 2
  :: d_step { isProof(w, 2) -> terminated(w, 2) }
#endif
#if MESSAGES > 3
  :: d_step { isProof(w, 3) -> terminated(w, 3) }
#endif
  od
}

/* Asks again until the worker says that it has dropped the segment. */
proctype Forgets(byte s; byte w) {
  do
  :: d_step { mayForget(s) && isCurrent(w) && isPlacedOn(s, w) && entry(w, s).phase != NONE ->
       printf("head: sends Forget of segment %d, last Start %d\n", s, heap[s].lastDispatchNumber);
       send(request(Forget, s, heap[s].lastDispatchNumber, w)) }
  /* the run has left the heap: the highest number used for anything there */
  :: d_step { heap[s].phase == OVER && isCurrent(w) && isPlacedOn(s, w) && entry(w, s).phase != NONE ->
       printf("head: sends Forget of segment %d, last Start of all %d\n", s, lastDispatchNumber[link[w].identity]);
       send(request(Forget, s, lastDispatchNumber[link[w].identity], w)) }
  od
}

/* ---- Head and worker: a connection begins (Connection, Reconciliation) ---- */

inline compare(w) {
  each = 0;
  do
  :: each < SEGMENTS ->
       if
       :: mayLive(each) && isPlacedOn(each, w) && entry(w, each).phase == OVER -> prove(each)
       :: mayLive(each) && isPlacedOn(each, w) && isLive(w, each) -> heap[each].phase = ACCEPTED
#ifdef NO_ABSENCE
       :: mayLive(each) && isPlacedOn(each, w) && entry(w, each).phase == NONE -> heap[each].phase = ENDING
#endif
       :: else                                          /* absence proves nothing: Dispatcher sends a Start again */
       fi;
       each++
  :: else -> break
  od;
  each = 0
}

/* Connect; the inventory, whatever comes before, between and after. */
proctype Reconciliation(byte w) {
  do
  :: d_step { !isCurrent(w) ->
       printf("head: connects to worker %d, identity %d, instance %d, epoch %d\n", w, worker[w].identity, worker[w].instance, epoch);
       openTerm(w);
       link[w].identity = worker[w].identity;
       link[w].instance = worker[w].instance;
       link[w].up = true;
       link[w].ready = false;
       purge() }
  :: d_step { isCurrent(w) && !link[w].ready ->
       printf("head: compares the inventory of worker %d\n", w);
       compare(w);
       link[w].ready = true }
  od
}

#ifdef NO_PROCEED_INTENT
#define mayProceed(s) mayLive(s)
#else
#define mayProceed(s) (mayLive(s) && !heap[s].intent)
#endif

/* Follows the comparison, which is repeated: at once, or any time later. */
proctype Proceeds(byte s; byte w) {
  do
  :: d_step { mayProceed(s) && isCurrent(w) && link[w].ready && isPlacedOn(s, w) && worker[w].waiting[s] ->
       printf("head: sends Proceed of segment %d\n", s);
       send(request(Proceed, s, 0, w)) }
  od
}

/* ---- Faults ---- */

inline restartHead() {
  printf("fault: the head restarts\n");
  epoch++;
  each = 0;
  do
  :: each < SEGMENTS ->
#ifdef NO_PLACEMENT
       store[each].placed = store[each].end;
#endif
#ifdef NO_INTENT
       store[each].intent = store[each].end;
#endif
       if
       :: store[each].end -> heap[each].phase = OVER
       :: !store[each].end && store[each].placed -> heap[each].phase = PLACED
       :: !store[each].end && !store[each].placed && store[each].intent -> heap[each].phase = ENDING
       :: else -> heap[each].phase = WAITING
       fi;
       heap[each].intent = store[each].intent;
       heap[each].lastDispatchNumber = 0;
       each++
  :: else -> break
  od;
  each = 0;
  do :: each < IDENTITIES -> lastDispatchNumber[each] = 0; each++ :: else -> break od;
  each = 0;
  link[0].up = false;
  link[0].ready = false;
  link[1].up = false;
  link[1].ready = false
}

/* A new process, on the journal of that identity. */
inline restartWorker(w, name) {
  printf("fault: worker %d restarts with identity %d\n", w, name);
  worker[w].identity = name;
  instances++;
  worker[w].instance = instances;
  worker[w].dispatchNumber = known(w).dispatchNumber;
  each = 0;
  do
  :: each < SEGMENTS ->
       owed[each] = owed[each] || (store[each].intent && hasNotBegun(w, each));
#ifndef NO_PROCEED
       worker[w].waiting[each] = hasNotBegun(w, each) && !entry(w, each).tombstone;
#endif
#ifdef NO_ADOPTION
       if :: entry(w, each).phase == RUNNING -> entry(w, each).phase = OVER :: else fi;
#endif
       each++
  :: else -> break
  od;
  each = 0
}

inline reboot(w) {
  printf("fault: host %d reboots\n", w);
  host[w].bootId = host[w].bootId + 2;
  each = 0;
  do :: each < SEGMENTS -> host[w].alive[each] = false; each++ :: else -> break od;
  each = 0
}

proctype Faults(byte w) {
  do
  :: d_step { !calm && w == 0 && crashes < CRASHES -> crashes++; restartHead() }
  :: d_step { !calm && crashes < CRASHES -> crashes++; restartWorker(w, worker[w].identity); purge() }
  :: d_step { !calm && crashes < CRASHES && link[w].up ->
       printf("fault: the connection to worker %d breaks\n", w);
       crashes++;
       link[w].up = false;
       link[w].ready = false }
#if REBOOTS > 0
  :: d_step { !calm && reboots < REBOOTS -> reboots++; reboot(w); restartWorker(w, worker[w].identity); purge() }
#endif
#if LOSSES > 0
  :: d_step { !calm && losses < LOSSES -> restartWorker(w, WORKERS + losses); losses++; purge() }
#endif
#if MOVES > 0
  :: d_step { !calm && w == 0 && moves < MOVES ->
       moves++;
       sent = worker[0].identity;
       restartWorker(0, worker[1].identity);
       restartWorker(1, sent);
       sent = 0;
       purge() }
#endif
  od
}

proctype Damage(byte w; byte s) {
  do
  :: d_step { !calm && damages < DAMAGES && isLive(w, s) && entry(w, s).phase != DAMAGED ->
       printf("fault: the entry of segment %d at worker %d is damaged\n", s, w);
       damages++;
       restartWorker(w, worker[w].identity);
       if :: !isRecorded(w, s) -> entry(w, s).machine = w :: else fi;
       entry(w, s).phase = DAMAGED;
       entry(w, s).tombstone = false;
       worker[w].waiting[s] = false;
       purge() }
  od
}

/* A process may end by itself at any time. */
inline exit(w, s) {
  printf("host %d: the process of segment %d ends\n", w, s);
  host[w].alive[s] = false
}

proctype Chance(byte w) {
  do
  :: d_step { !calm && host[w].alive[0] -> exit(w, 0) }
#if SEGMENTS > 1
  :: d_step { !calm && host[w].alive[1] -> exit(w, 1) }
#endif
#if SEGMENTS > 2
  :: d_step { !calm && host[w].alive[2] -> exit(w, 2) }
#endif
  od
}

#define isFull (network[MESSAGES - 1] != 0)
#define isRefused (!isRequest(0, 0) && !isRequest(1, 0) && !isProof(0, 0) && !isProof(1, 0))

proctype Network(byte slot) {
  do
  :: d_step { !calm && isFull -> lose(slot) }
#ifdef LIVENESS
  :: d_step { calm && slot == 0 && network[0] != 0 && isRefused -> lose(0) }
#endif
  od
}

#ifdef LIVENESS
proctype Calm() { calm = true }
ltl everyKillIsProven {
  [] ((calm && told[0]) -> <> store[0].end)
}
#endif

init {
  byte s, w;
  atomic {
    for (w : 0 .. WORKERS - 1) {                        /* connected, with nothing to do */
      worker[w].identity = w;
      worker[w].instance = w;
      host[w].bootId = w;
      journal[w].epoch = epoch;
      link[w].identity = w;
      link[w].instance = w;
      link[w].up = true;
      link[w].ready = true
    }
    for (s : 0 .. SEGMENTS - 1) {
      store[s].created = !isSecond(s);
      run Kills(s);
      run HeadStore(s);
      for (w : 0 .. WORKERS - 1) {
        run Dispatcher(s, w);
        run Killing(s, w);
        run Forgets(s, w);
        run Proceeds(s, w);
        run SegmentLife(w, s);
#if DAMAGES > 0
        run Damage(w, s)
#endif
      }
    }
    for (w : 0 .. WORKERS - 1) {
      run WorkerCore(w);
      run Endings(w);
      run Reconciliation(w);
      run Faults(w);
      run Chance(w)
    }
    for (s : 0 .. MESSAGES - 1) { run Network(s) }
#ifdef LIVENESS
    run Calm();
#endif
    s = 0;
    w = 0
  }
}
