add_test(NAME "amorph: slow quenches" COMMAND test_amorph "[slow]")
set_tests_properties("amorph: slow quenches" PROPERTIES LABELS slow TIMEOUT 7200)
