
bin_PROGRAMS += %D%/natlab
%C%_natlab_SOURCES = %D%/natlab.c %D%/natlab.h
%C%_natlab_SOURCES += %D%/natlab-list.c %D%/natlab-run.c %D%/natlab-up.c %D%/natlab-visit.c
%C%_natlab_SOURCES += %D%/natlab-options.c %D%/natlab-options.h
%C%_natlab_LDADD = libnp-lab.a libnp-pure.a $(GIO_LIBS) $(GLIB_LIBS) -lm
bin_PROGRAMS += %D%/natprobed
tools_natprobed_SOURCES = %D%/natprobed.c
tools_natprobed_SOURCES += %D%/natprobed-options.c %D%/natprobed-options.h
tools_natprobed_SOURCES += %D%/natprobed-print.c %D%/natprobed-print.h
tools_natprobed_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tools_natprobed_LDADD = libnp-server.a libnp-io.a libnp-pure.a $(GIO_LIBS) $(GLIB_LIBS) -lm
# The programs. Each links what it needs of the layers, outermost first.
bin_PROGRAMS += %D%/natprobe
%C%_natprobe_SOURCES = %D%/natprobe.c
%C%_natprobe_SOURCES += %D%/natprobe-lookup.c %D%/natprobe-lookup.h
%C%_natprobe_SOURCES += %D%/natprobe-notes.c %D%/natprobe-notes.h
%C%_natprobe_SOURCES += %D%/natprobe-run.c %D%/natprobe-run.h
%C%_natprobe_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS) $(JSON_CFLAGS)
%C%_natprobe_LDADD = libnp-report.a libnp-io.a libnp-pure.a $(JSON_LIBS) $(GIO_LIBS) $(GLIB_LIBS) -lm
