module failmx.test/client

go 1.19
