# The pure library: no sockets, no clock, no files, no entropy. Links GLib only.
noinst_LIBRARIES += libnp-pure.a
libnp_pure_a_SOURCES =
libnp_pure_a_SOURCES += %D%/core/machine.h %D%/core/time.h
libnp_pure_a_SOURCES += %D%/core/outbox.c %D%/core/outbox.h
libnp_pure_a_SOURCES += %D%/util/address.c %D%/util/address.h
libnp_pure_a_SOURCES += %D%/util/endpoint.c %D%/util/endpoint.h
libnp_pure_a_SOURCES += %D%/util/reader.c %D%/util/reader.h
libnp_pure_a_SOURCES += %D%/util/rng.c %D%/util/rng.h
libnp_pure_a_SOURCES += %D%/util/writer.c %D%/util/writer.h
libnp_pure_a_SOURCES += %D%/nat/behaviour.c %D%/nat/behaviour.h
libnp_pure_a_SOURCES += %D%/nat/profile.c %D%/nat/profile.h
libnp_pure_a_SOURCES += %D%/nat/verdict.c %D%/nat/verdict.h
libnp_pure_a_SOURCES += %D%/util/heap.c %D%/util/heap.h
