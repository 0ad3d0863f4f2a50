using Netcd.Grpc.Server.Tests.Support;

namespace Netcd.Grpc.Server.Tests.Conformance;

public sealed class LoadTests
{
    // Only our codec: Kestrel's HTTP/2 takes this many cancelled calls for an attack and hangs up.
    [Fact]
    public async Task Random_calls_with_cancellations_leave_nothing_behind()
    {
        const int Workers = 32;
        const int CallsEach = 80;
        await using var server = await TestServer.StartAsync(Feed.Codec);
        var callers = Enumerable.Range(0, 4).Select(_ => new GrpcCaller(server.Address)).ToArray();

        var finished = 0;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < CallsEach; i++)
            {
                await CallAsync(callers[random.Next(callers.Length)], random);
                Interlocked.Increment(ref finished);
            }
        })));

        Assert.Equal(Workers * CallsEach, finished);
        Assert.Equal("well", (await callers[0].CallAsync("Echo", "well")).Text);
        await Eventually.TrueAsync(() => server.Methods.Sources.Released == server.Methods.Sources.Made);
        Assert.DoesNotContain(server.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
        Assert.DoesNotContain(server.Log.Lines, line => line.Contains("connection failed", StringComparison.Ordinal));
        Array.ForEach(callers, caller => caller.Dispose());
    }

    /// <summary>One call of a random kind, given up at a random moment or not; true if it was answered.</summary>
    private static async Task<bool> CallAsync(GrpcCaller caller, Random random)
    {
        var (method, body) = random.Next(5) switch
        {
            0 => ("Echo", GrpcCaller.Frame(new byte[random.Next(60_000)])),
            1 => ("Later", GrpcCaller.Frame(new byte[random.Next(40_000)])),
            2 => ("Large", GrpcCaller.Frame(BitConverter.GetBytes((long)random.Next(1, 500_000)))),
            3 => ("Chat", GrpcCaller.Frame("hello"u8)),
            _ => ("Download", GrpcCaller.Frame(System.Text.Encoding.ASCII.GetBytes($"{random.Next(200)} 500"))),
        };
        using var giveUp = new CancellationTokenSource();
        if (random.Next(3) == 0)
        {
            giveUp.CancelAfter(TimeSpan.FromMilliseconds(random.Next(10)));
        }

        try
        {
            using var response = await caller.StartAsync(
                $"/{TestMethods.Service}/{method}", new ByteArrayContent(body), giveUp.Token);
            var answer = GrpcCaller.Answer(response, await response.Content.ReadAsByteArrayAsync(giveUp.Token));
            Assert.Equal("200 0 ", answer.StatusLine);
            return true;
        }
        catch (OperationCanceledException)
        {
            Assert.True(giveUp.IsCancellationRequested);
            return false;
        }
        catch (HttpRequestException) when (giveUp.IsCancellationRequested)
        {
            return false;
        }
    }
}
