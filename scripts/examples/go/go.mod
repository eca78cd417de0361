module failmx.test/example

go 1.19
