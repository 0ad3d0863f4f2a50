using static Netcd.Http2.Tests.Wire;

namespace Netcd.Http2.Tests;

/// <summary>
/// Random and damaged frames: the connection answers or ends with a connection error, and never throws.
/// </summary>
public class FuzzTests
{
    [Fact]
    public void Random_frames_never_throw_and_every_stream_is_closed_once()
    {
        for (var seed = 0; seed < 3000; seed++)
        {
            Run(seed, new Random(seed), mutate: false);
        }
    }

    [Fact]
    public void Damaged_frames_never_throw_and_every_stream_is_closed_once()
    {
        for (var seed = 0; seed < 3000; seed++)
        {
            Run(seed, new Random(seed), mutate: true);
        }
    }

    [Fact]
    public void Random_octets_as_a_header_block_are_decoded_or_refused()
    {
        for (var seed = 0; seed < 20_000; seed++)
        {
            var random = new Random(seed);
            var decoder = new Netcd.Http2.Hpack.HpackDecoder();
            var headers = new Http2Headers();
            for (var i = 0; i < 3; i++)
            {
                var block = new byte[random.Next(120)];
                random.NextBytes(block);
                headers.Reset(4096);
                if (decoder.Decode(block, headers) is not null)
                {
                    break;
                }

                Assert.NotNull(Hpack.HpackVectorsTests.Text(headers));
                Assert.True(decoder.Table.SizeBytes <= decoder.Table.CapacityBytes);
            }
        }
    }

    private static void Run(int seed, Random random, bool mutate)
    {
        var server = new ServerHarness();
        var bodies = new List<PatternBody>();
        server.Handler.Consumes = random.Next(2) == 0;
        server.Handler.Answer = stream => Answer(stream, random, bodies);
        for (var i = 0; i < 60 && !server.Connection.IsClosed; i++)
        {
            var frame = Next(random);
            if (mutate && random.Next(4) == 0)
            {
                frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
            }

            server.Now += random.Next(1_000_000);
            server.Send(frame);
            Assert.InRange(server.Connection.OpenStreams, 0, 60);
        }

        server.Connection.Abandon();
        Assert.True(server.Handler.Open.Count == 0, $"seed {seed}");
        Assert.All(bodies, body => Assert.Equal(1, body.Releases));
        SentFrame.Parse(server.Output);
    }

    private static void Answer(Http2Stream stream, Random random, List<PatternBody> bodies)
    {
        switch (random.Next(5))
        {
            case 0:
                ReplyTests.Reply(stream, new byte[random.Next(40_000)]);
                break;
            case 1:
                var body = new PatternBody(stream.Id, random.Next(200_000), HeaderBlock.GrpcOk) { Available = random.Next(99_999) };
                bodies.Add(body);
                FlowControlTests.Begin(stream, body);
                break;
            case 2:
                stream.Connection.SendHeaders(stream, HeaderBlock.GrpcHead, endStream: true);
                break;
            case 3:
                stream.Connection.Reset(stream, Http2ErrorCode.Cancel);
                break;
            default:
                break;
        }
    }

    private static byte[] Next(Random random)
    {
        var id = random.Next(8) == 0 ? random.Next(30) : 1 + (2 * random.Next(15));
        var flags = (byte)random.Next(256);
        return random.Next(14) switch
        {
            0 or 1 or 2 => Headers(id, (byte)(EndHeaders | (flags & EndStream))),
            3 => Headers(id, flags, ("x", "y")),
            4 or 5 => Data(id, random.Next(3) == 0 ? random.Next(16_384) : random.Next(30), (byte)(flags & EndStream)),
            6 => Data(id, random.Next(300), flags),
            7 => Reset(id),
            8 => WindowUpdate(random.Next(3) == 0 ? 0 : id, (uint)random.Next(200_000)),
            9 => Settings((random.Next(8), (uint)random.Next(100_000))),
            10 => Ping(flags),
            11 => PriorityFrame(id),
            12 => Continuation(id, Block(("a", "b")), flags),
            _ => Frame((byte)random.Next(12), flags, id, new byte[random.Next(20)]),
        };
    }
}
