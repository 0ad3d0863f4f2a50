using System.Diagnostics;
using Netcd.Conformance.Cluster;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.EtcdServer;
using Xunit.Abstractions;

namespace Netcd.Conformance.Auth;

/// <summary>
/// Logins a second of one user whose password was found right before, with the default cost of bcrypt, against etcd in
/// the same run; and what other requests notice while nobody's logins keep bcrypt busy. NETCD_LOGIN_SECONDS sets how
/// long.
/// </summary>
public sealed class LoginRateTests(ITestOutputHelper output)
{
    private const int SecondsDefault = 2;
    private const int Clients = 8;
    private const int Puts = 50;
    private const int AttemptsMax = 3;

    // Far below what is seen (over 100), so that a busy machine does not matter.
    private const double RatioMin = 5;

    private static TimeSpan Time => TimeSpan.FromSeconds(Counts.Read("NETCD_LOGIN_SECONDS", SecondsDefault));

    [Fact]
    public async Task Repeated_logins_are_many_times_faster_than_those_of_etcd()
    {
        // A machine may stand still for the whole time of one measurement.
        for (var attempt = 1; ; attempt++)
        {
            var go = await MeasureAsync(ServerKind.Go);
            var netcd = await MeasureAsync(ServerKind.Netcd);
            output.WriteLine($"Go:    {go}");
            output.WriteLine($"netcd: {netcd}");
            if (netcd.PerSecond > RatioMin * go.PerSecond)
            {
                return;
            }

            Assert.True(attempt < AttemptsMax, $"{netcd} against {go}");
        }
    }

    private static async Task<LoginRate> MeasureAsync(ServerKind kind)
    {
        using var directory = new TemporaryDirectory();
        await using var server = await EtcdServer.StartAsync(kind, directory.File("data"));
        using var client = new V3Client(server.ClientUrl);
        var auth = new AuthClient(client);
        await auth.AddUserAsync("alice", "alice-pw");
        await auth.EnableAsync();
        var first = await TimeAsync(() => auth.LoginAsync("alice", "alice-pw"));
        var again = await TimeAsync(() => auth.LoginAsync("alice", "alice-pw"));
        var wrong = await TimeAsync(() => RefuseAsync(auth));
        var count = await RepeatAsync(() => auth.LoginAsync("alice", "alice-pw"), Time);
        using var flood = new CancellationTokenSource();
        var guesses = Enumerable.Range(0, Clients).Select(_ => GuessAsync(auth, flood.Token)).ToArray();
        var puts = new List<double>();
        for (var i = 0; i < Puts; i++)
        {
            puts.Add((await TimeAsync(() => auth.PutAsync("k"))).TotalMilliseconds);
        }

        await flood.CancelAsync();
        await Task.WhenAll(guesses);
        puts.Sort();
        return new LoginRate(
            count / Time.TotalSeconds, first.TotalMilliseconds, again.TotalMilliseconds, wrong.TotalMilliseconds,
            puts[Puts / 2], puts[Puts * 99 / 100]);
    }

    private static async Task<long> RepeatAsync(Func<Task> login, TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            var count = 0L;
            while (clock.Elapsed < time)
            {
                await login();
                count++;
            }

            return count;
        }));
        return counts.Sum();
    }

    private static async Task GuessAsync(AuthClient auth, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await RefuseAsync(auth);
        }
    }

    private static async Task RefuseAsync(AuthClient auth) =>
        Assert.StartsWith(
            "InvalidArgument",
            await auth.AskAsync("Auth/Authenticate", new AuthenticateRequest { Name = "alice", Password = "guess" }));

    private static async Task<TimeSpan> TimeAsync(Func<Task> work)
    {
        var start = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(start);
    }
}
