
bin_PROGRAMS += %D%/natlab
%C%_natlab_SOURCES = %D%/natlab.c %D%/natlab.h
%C%_natlab_SOURCES += %D%/natlab-list.c %D%/natlab-run.c
%C%_natlab_LDADD = libnp-lab.a libnp-pure.a $(GIO_LIBS) $(GLIB_LIBS) -lm
