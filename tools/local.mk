
bin_PROGRAMS += %D%/natlab
%C%_natlab_SOURCES = %D%/natlab.c %D%/natlab.h
%C%_natlab_SOURCES += %D%/natlab-list.c %D%/natlab-run.c
%C%_natlab_LDADD = libnp-lab.a libnp-pure.a $(GIO_LIBS) $(GLIB_LIBS) -lm
bin_PROGRAMS += %D%/natprobed
tools_natprobed_SOURCES = %D%/natprobed.c
tools_natprobed_SOURCES += %D%/natprobed-options.c %D%/natprobed-options.h
tools_natprobed_SOURCES += %D%/natprobed-print.c %D%/natprobed-print.h
tools_natprobed_CFLAGS = $(AM_CFLAGS) $(GIO_CFLAGS)
tools_natprobed_LDADD = libnp-server.a libnp-io.a libnp-pure.a $(GIO_LIBS) $(GLIB_LIBS) -lm
