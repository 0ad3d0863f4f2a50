using System.Buffers;
using static Netcd.Http2.Tests.Wire;

namespace Netcd.Http2.Tests;

/// <summary>However the input is cut, calls and output are the same.</summary>
public class SplitTests
{
    [Fact]
    public void Every_single_cut_gives_the_same_calls_and_output()
    {
        var input = Script();
        var expected = Run(input, []);
        for (var cut = 1; cut < input.Length; cut++)
        {
            Assert.Equal(expected, Run(input, [cut]));
        }
    }

    [Fact]
    public void Octet_by_octet_gives_the_same_calls_and_output()
    {
        var input = Script();
        Assert.Equal(Run(input, []), Run(input, [.. Enumerable.Range(1, input.Length - 1)]));
    }

    [Fact]
    public void Random_cuts_give_the_same_calls_and_output()
    {
        var input = Script();
        var expected = Run(input, []);
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var cuts = Enumerable.Range(0, random.Next(1, 20)).Select(_ => random.Next(1, input.Length)).Distinct().Order();
            Assert.Equal(expected, Run(input, [.. cuts]));
        }
    }

    [Fact]
    public void Any_segments_of_one_sequence_give_the_same_calls_and_output()
    {
        var input = Script();
        var expected = Run(input, []);
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var server = Http2();
            var sequence = Segments(input, random);
            var taken = server.Connection.Process(sequence, 0);
            Assert.Equal(input.Length, taken);
            Assert.Equal(expected, Result(server));
        }
    }

    [Fact]
    public void Sequence_that_ends_within_a_frame_leaves_that_frame()
    {
        var input = Script();
        for (var length = 1; length < input.Length; length += 7)
        {
            var whole = Http2();
            var taken = whole.Connection.Process(input.AsSpan(0, length), 0);
            var cut = Http2();
            Assert.Equal(taken, cut.Connection.Process(Segments(input[..length], new Random(length)), 0));
            Assert.Equal(Result(whole), Result(cut));
        }
    }

    private static ReadOnlySequence<byte> Segments(byte[] input, Random random)
    {
        Segment? first = null;
        Segment? last = null;
        for (var at = 0; at < input.Length;)
        {
            var length = Math.Min(input.Length - at, random.Next(0, random.Next(2) == 0 ? 12 : 2000));
            last = new Segment(input.AsMemory(at, length), last);
            first ??= last;
            at += length;
        }

        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private static byte[] Script()
    {
        var block = Block([.. Request, ("x-long", new string('v', 300))]);
        byte[] indexed = [.. Block(Request), 0x40, 0x01, (byte)'k', 0x01, (byte)'v'];
        return Join(
            Hello,
            Headers(1, EndHeaders),
            Data(1, 40),
            HeadersRaw(3, block[..5], 0),
            Continuation(3, block[5..]),
            Ping(),
            Data(1, [4, 1, 2, 3, 0, 0, 0, 0], Padded | EndStream),
            Data(3, 1000),
            WindowUpdate(0, 10),
            HeadersRaw(5, indexed),
            PriorityFrame(7),
            Frame(0x33, 1, 0, 9, 9),
            HeadersRaw(7, [.. Block(Request), 0xbe]),
            Reset(3),
            Settings((4, 70_000), (1, 0)),
            Headers(9),
            Data(9, 5));
    }

    private static ServerHarness Http2()
    {
        var server = new ServerHarness(greeted: false);
        server.Handler.Answer = stream => ReplyTests.Reply(stream, $"answer {stream.Id}");
        return server;
    }

    private static string Run(byte[] input, int[] cuts)
    {
        var server = Http2();
        var at = 0;
        foreach (var cut in cuts)
        {
            server.Send(input[at..cut]);
            at = cut;
        }

        server.Send(input[at..]);
        return Result(server);
    }

    private static string Result(ServerHarness server) =>
        string.Join('\n', server.Handler.Calls) + Convert.ToHexString(server.Output);

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                previous.Next = this;
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
            }
        }
    }
}
