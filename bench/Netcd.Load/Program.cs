using Netcd.Load;
using Netcd.Load.Comparison;
using Netcd.Load.Workloads;

const string Usage =
    """
    usage: netcd-load WORKLOAD [--option=value ...]     loads one endpoint
           netcd-load compare [--option=value ...]      loads netcd and Go etcd in turn and prints a table
           netcd-load lease-flood [--option=value ...]  lets many leases expire together while writes go on
           netcd-load failover [--option=value ...]     measures the write outage after kill -9 of the leader

    workloads: put, range, list, txn-put, fill, watch
    options:   --endpoint=http://127.0.0.1:2379[,...] --conns=100 --clients=1000 --total=100000 --key-size=8
               --val-size=256 --key-space-size=100000 --prefix= --key=foo --consistency=l|s --limit=0
               --count-only --keys-only --cacert= --cert= --cert-key=
               watch: --streams=100 --watchers-per-stream=100 --puts=50 --put-rate=5 --prevkv
               compare: --netcd=PATH --go=PATH --rounds=3 --members=1 --tls --only=WORD --scale=PERCENT
               lease-flood: --netcd=PATH --go=PATH --leases=100000 --put-rate=1000 --only=etcd|netcd
               failover: --netcd=PATH --go=PATH --rounds=5 --tls
    """;

if (args.Length == 0 || args.Any(argument => argument is "-h" or "--help"))
{
    Console.Out.WriteLine(Usage);
    return args.Length == 0 ? 2 : 0;
}

try
{
    var options = new LoadOptions(args.Skip(1));
    if (args[0] == "compare")
    {
        await new Comparer(options).RunAsync();
        return 0;
    }

    if (args[0] == "lease-flood")
    {
        await new LeaseFloodMeter(options).RunAsync();
        return 0;
    }

    if (args[0] == "failover")
    {
        await new FailoverMeter(options).RunAsync();
        return 0;
    }

    var result = args[0] == "watch"
        ? await new WatchFanOut(options).RunAsync()
        : await new ClosedLoop(options, WorkloadTable.Find(args[0], options)).RunAsync();
    Console.Out.WriteLine(
        $"{result.Requests} in {result.Elapsed.TotalSeconds:f2} s: {result.PerSecond:f0}/s, "
        + $"p50 {result.Percentile(0.5):f2} ms, p99 {result.Percentile(0.99):f2} ms, "
        + $"p99.9 {result.Percentile(0.999):f2} ms");
    foreach (var error in result.Errors)
    {
        Console.Error.WriteLine($"error: {error}");
    }

    return result.Errors.Count == 0 ? 0 : 1;
}
catch (LoadException problem)
{
    Console.Error.WriteLine($"netcd-load: {problem.Message}");
    return 1;
}
