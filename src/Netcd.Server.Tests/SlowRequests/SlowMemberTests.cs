using System.Collections.Concurrent;
using Netcd.Raft;
using Netcd.Server.Requests;

namespace Netcd.Server.Tests.SlowRequests;

public sealed class SlowMemberTests
{
    [Fact]
    public async Task A_large_transaction_shows_the_steps_that_took_long()
    {
        var log = new Lines();
        var time = new SteppingTime();
        using var member = await TestMember.StartAsync(change: options => options with { Log = log, Time = time });
        time.StepBy(TimeSpan.FromMilliseconds(60));
        await member.AskAsync(InternalRequestKind.Txn, Messages.Of(
            (2, Messages.Operation(1, Messages.Of((1, "a"), (2, "b")))),
            (2, Messages.Operation(2, Messages.Put("key", "secret"))),
            (2, Messages.Operation(3, Messages.Of((1, "a"), (2, "b"))))));

        // The line is written after the answer is given.
        await member.PutAsync("next", "v");
        var fields = log.Of("transaction");
        Assert.Contains("read_only:false; response_revision:2; number_of_response:3; ", (string)fields["detail"]!, StringComparison.Ordinal);
        var steps = string.Join('\n', (IEnumerable<string>)fields["steps"]!);
        Assert.Contains("'compare'", steps, StringComparison.Ordinal);
        Assert.Contains("'check requests'", steps, StringComparison.Ordinal);
        Assert.Contains(
            "'range keys from bolt db' {req_type:range; range_begin:a; range_end:b; }", steps, StringComparison.Ordinal);
        Assert.Contains(
            "'store kv pair into bolt db' {req_type:put; key:key; req_size:", steps, StringComparison.Ordinal);
        Assert.Contains(
            "'delete keys' {req_type:delete_range; range_begin:a; range_end:b; }", steps, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", steps, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_physical_compaction_shows_how_long_it_took()
    {
        var log = new Lines();
        var time = new SteppingTime();
        using var member = await TestMember.StartAsync(change: options => options with { Log = log, Time = time });
        await member.PutAsync("k", "1");
        await member.PutAsync("k", "2");
        time.StepBy(TimeSpan.FromMilliseconds(60));
        await member.AskAsync(InternalRequestKind.Compaction, [0x08, 2, 0x10, 1]);
        await member.PutAsync("next", "v");
        var fields = log.Of("compact");
        Assert.StartsWith("{revision:2; response_revision:3; }", (string)fields["detail"]!, StringComparison.Ordinal);
    }

    private sealed class Lines : IMemberLog
    {
        private readonly ConcurrentQueue<(string Message, Dictionary<string, object?> Fields)> _lines = new();

        public bool IsEnabled(RaftLogLevel level) => true;

        public void Log(
            RaftLogLevel level, string message, params ReadOnlySpan<KeyValuePair<string, object?>> fields) =>
            _lines.Enqueue((message, new(fields.ToArray(), StringComparer.Ordinal)));

        public Dictionary<string, object?> Of(string operation) => _lines
            .First(line => line.Message.EndsWith("] " + operation, StringComparison.Ordinal)).Fields;
    }
}
