
dist_man_MANS += %D%/natprobe.1
dist_man_MANS += %D%/natprobed.8
EXTRA_DIST += %D%/natprobed.service.in
%D%/natprobed.service: %D%/natprobed.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) %D% && \
		sed 's|@bindir[@]|$(bindir)|g' $(srcdir)/%D%/natprobed.service.in > $@.tmp && mv $@.tmp $@
CLEANFILES += %D%/natprobed.service
if SYSTEMD_UNIT
systemdsystemunit_DATA = %D%/natprobed.service
endif
EXTRA_DIST += %D%/architecture.md %D%/contributing.md
EXTRA_DIST += %D%/nat-behaviour.md
dist_man_MANS += %D%/natlab.1
EXTRA_DIST += %D%/protocol.md
