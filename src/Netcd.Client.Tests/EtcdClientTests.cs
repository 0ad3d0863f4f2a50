namespace Netcd.Client.Tests;

public sealed class EtcdClientTests
{
    // The first time is enough for the first dial of the process, unless the machine stands still.
    [Fact]
    public async Task A_write_waits_for_a_connection_until_its_time_is_over_and_the_reason_is_told()
    {
        const string Reason = "rpc error: code = DeadlineExceeded desc = latest balancer error: connection error: desc = "
            + "\"transport: Error while dialing: dial tcp 127.0.0.1:1: connect: connection refused\"";
        var told = "";
        foreach (var seconds in new[] { 5, 30, 90 })
        {
            told = await FailAsync(TimeSpan.FromSeconds(seconds));
            if (told == Reason)
            {
                break;
            }
        }

        Assert.Equal(Reason, told);
    }

    private static async Task<string> FailAsync(TimeSpan time)
    {
        var failed = new List<FailedAttempt>();
        await using var client = new EtcdClient(
            new EtcdClientOptions
            {
                Endpoints = ["127.0.0.1:1"],
                CommandTimeout = time,
                AttemptFailed = failed.Add,
            });
        var problem = await Assert.ThrowsAsync<EtcdException>(() => client.Kv.PutAsync("k", "v"));
        Assert.Equal((StatusCode.DeadlineExceeded, "context deadline exceeded"), (problem.Code, problem.Message));
        return Assert.Single(failed).Error;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_call_without_any_time_is_over_at_once(int seconds)
    {
        await using var client = new EtcdClient("127.0.0.1:1");
        var timed = client.WithTimeout(TimeSpan.FromSeconds(seconds));
        var problem = await Assert.ThrowsAsync<EtcdException>(() => timed.Kv.GetAsync("k"));
        Assert.Equal("context deadline exceeded", problem.Message);
        problem = await Assert.ThrowsAsync<EtcdException>(() => timed.Leases.KeepAliveOnceAsync(1));
        Assert.Equal("context deadline exceeded", problem.Message);
    }

    [Fact]
    public async Task A_time_longer_than_timers_take_is_no_limit()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await using var client = new EtcdClient("127.0.0.1:1");
        var timed = client.WithTimeout(TimeSpan.MaxValue);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => timed.Kv.GetAsync("k", null, stop.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => timed.Leases.KeepAliveOnceAsync(1, stop.Token));
    }

    [Fact]
    public async Task One_who_waits_when_a_lease_is_lost_does_not_hold_up_other_leases()
    {
        await using var client = new EtcdClient("127.0.0.1:1");
        using var over = new ManualResetEventSlim();
        var first = client.Leases.KeepAlive(1);
        await using var second = client.Leases.KeepAlive(2);
        await using var waiting = first.Lost.Register(over.Wait);
        await using var failing = second.Lost.Register(() => throw new InvalidOperationException("a listener's own"));
        await first.DisposeAsync();
        await second.DisposeAsync();
        Assert.True(first.Lost.IsCancellationRequested && second.Lost.IsCancellationRequested);
        over.Set();
    }

    [Fact]
    public async Task The_end_of_the_client_ends_what_is_open()
    {
        var client = new EtcdClient("127.0.0.1:1");
        var call = client.Kv.GetAsync("k");
        var watch = client.Watch.OpenAsync("k");
        var keepAlive = client.Leases.KeepAlive(1);
        await client.DisposeAsync();
        await client.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => call);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => watch);
        Assert.True(keepAlive.Lost.IsCancellationRequested);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.Kv.GetAsync("k"));
        Assert.Throws<ObjectDisposedException>(() => client.Leases.KeepAlive(1));
    }

    [Fact]
    public void Contradicting_options_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new EtcdClient(new EtcdClientOptions { Endpoints = [] }));
        Assert.Throws<ArgumentException>(
            () => new EtcdClient(new EtcdClientOptions { Endpoints = ["a:1"], Token = "t", Username = "u" }));
        Assert.Throws<ArgumentException>(
            () => new EtcdClient(
                new EtcdClientOptions { Endpoints = ["a:1"], Tls = new EtcdTlsOptions { CertificateFile = "x" } }));
    }

    [Fact]
    public async Task A_lease_that_nobody_answers_for_is_lost()
    {
        await using var client = new EtcdClient(
            new EtcdClientOptions { Endpoints = ["127.0.0.1:1"], DialTimeout = TimeSpan.FromMilliseconds(1) });
        await using var keepAlive = client.Leases.KeepAlive(1);
        await foreach (var answer in keepAlive.ReadAllAsync())
        {
            Assert.Null(answer);
        }

        Assert.True(keepAlive.Lost.IsCancellationRequested);
    }

    [Theory]
    [InlineData(EtcdErrors.NoLeader, EtcdErrors.NoLeader)]
    [InlineData("transport is closing", "rpc error: code = Unavailable desc = transport is closing")]
    public void Errors_print_as_in_Go(string description, string expected) =>
        Assert.Equal(expected, new EtcdException(StatusCode.Unavailable, description).Message);
}
