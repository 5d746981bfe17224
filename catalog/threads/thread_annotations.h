#pragma once

/// Which lock guards what, in a form that Clang checks (-Wthread-safety; scripts/check-style --locks). Other
/// compilers see nothing. See Clang's "Thread Safety Analysis".
#if defined(__clang__)
#define LAMINAR_THREAD_ANNOTATION(attribute) __attribute__((attribute))
#else
#define LAMINAR_THREAD_ANNOTATION(attribute)
#endif

/// Of a class: it is a lock.
#define LAMINAR_LOCKABLE LAMINAR_THREAD_ANNOTATION(capability("mutex"))
/// Of a class: it holds a lock from its beginning to its end.
#define LAMINAR_SCOPED_LOCK LAMINAR_THREAD_ANNOTATION(scoped_lockable)
/// Of a member: read and written by who holds the lock.
#define LAMINAR_GUARDED_BY(lock) LAMINAR_THREAD_ANNOTATION(guarded_by(lock))
/// Of a function, or of the parameters of a lambda: its caller holds the lock.
#define LAMINAR_REQUIRES(...) LAMINAR_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define LAMINAR_REQUIRES_SHARED(...) LAMINAR_THREAD_ANNOTATION(requires_shared_capability(__VA_ARGS__))
/// Of a function: its caller does not hold the lock, which it takes itself.
#define LAMINAR_EXCLUDES(...) LAMINAR_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define LAMINAR_ACQUIRES(...) LAMINAR_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define LAMINAR_ACQUIRES_SHARED(...) LAMINAR_THREAD_ANNOTATION(acquire_shared_capability(__VA_ARGS__))
#define LAMINAR_TRIES_TO_ACQUIRE(...) LAMINAR_THREAD_ANNOTATION(try_acquire_capability(__VA_ARGS__))
#define LAMINAR_ASSUMES_HELD(lock) LAMINAR_THREAD_ANNOTATION(assert_capability(lock))
#define LAMINAR_RELEASES(...) LAMINAR_THREAD_ANNOTATION(release_capability(__VA_ARGS__))
/// Of a function: the analysis cannot follow it; a comment beside it says why it is right.
#define LAMINAR_NOT_ANALYSED LAMINAR_THREAD_ANNOTATION(no_thread_safety_analysis)
