using Netcd.Http2.Frames;
using static Netcd.Http2.Tests.Wire;

namespace Netcd.Http2.Tests;

/// <summary>
/// A client that opens streams and changes windows at random, with its own plain account of what the server may send.
/// Every DATA frame must fit the account, carry the right bytes, and all bodies must arrive once the windows are
/// opened.
/// </summary>
internal sealed class FlowModel(int seed)
{
    private readonly Random _random = new(seed);
    private readonly ServerHarness _server = new();
    private readonly Dictionary<int, long> _windows = [];
    private readonly Dictionary<int, long> _received = [];
    private readonly Dictionary<int, PatternBody> _bodies = [];
    private readonly HashSet<int> _ended = [];
    private long _connectionWindow = 65535;
    private int _initialWindow = 65535;
    private int _nextStreamId = 1;

    public void Run()
    {
        _server.Handler.Answer = stream => FlowControlTests.Begin(stream, _bodies[stream.Id]);
        for (var step = 0; step < 150; step++)
        {
            Step();
            Check();
        }

        _server.Send(WindowUpdate(0, (uint)(int.MaxValue - _connectionWindow)));
        _connectionWindow = int.MaxValue;
        foreach (var (id, window) in _windows.ToArray())
        {
            if (!_ended.Contains(id))
            {
                _server.Send(WindowUpdate(id, 10_000_000));
                _windows[id] = window + 10_000_000;
            }

            _bodies[id].Available = long.MaxValue;
            if (_server.Handler.Open.TryGetValue(id, out var stream))
            {
                _server.Connection.BodyReady(stream);
            }
        }

        _server.Pump();
        Check();
        Assert.Empty(_server.Handler.Open);
        Assert.All(_bodies.Values, body => Assert.Equal(1, body.Releases));
        Assert.Equal(_bodies.Count, _ended.Count);
    }

    private void Step()
    {
        switch (_random.Next(6))
        {
            case 0:
                var body = new PatternBody(_nextStreamId, _random.Next(200_000), HeaderBlock.GrpcOk)
                {
                    Available = _random.Next(2) == 0 ? long.MaxValue : _random.Next(50_000),
                };
                _bodies.Add(_nextStreamId, body);
                _windows.Add(_nextStreamId, _initialWindow);
                _received.Add(_nextStreamId, 0);
                _server.Send(Headers(_nextStreamId));
                _nextStreamId += 2;
                break;
            case 1:
                var increment = _random.Next(1, 100_000);
                _connectionWindow += increment;
                _server.Send(WindowUpdate(0, (uint)increment));
                break;
            case 2:
                var size = _random.Next(4) == 0 ? 0 : _random.Next(150_000);
                foreach (var id in _windows.Keys)
                {
                    _windows[id] += size - _initialWindow;
                }

                _initialWindow = size;
                _server.Send(Settings((4, (uint)size)));
                break;
            case 3 when _server.Handler.Open.Count > 0:
                var waiting = _server.Handler.Open.Values.ElementAt(_random.Next(_server.Handler.Open.Count));
                _bodies[waiting.Id].Available = Math.Min(1L << 40, _bodies[waiting.Id].Available) + _random.Next(30_000);
                _server.Connection.BodyReady(waiting);
                _server.Pump();
                break;
            default:
                if (_windows.Count > 0)
                {
                    var target = 1 + (2 * _random.Next(_windows.Count));
                    var more = _random.Next(1, 60_000);
                    _windows[target] += more;
                    _server.Send(WindowUpdate(target, (uint)more));
                }

                break;
        }
    }

    private void Check()
    {
        Assert.False(_server.Connection.IsClosed, _server.Connection.CloseReason);
        foreach (var frame in _server.Take())
        {
            if (frame.Type == FrameType.Data)
            {
                var id = frame.StreamId;
                _connectionWindow -= frame.Payload.Length;
                _windows[id] -= frame.Payload.Length;
                Assert.True(frame.Payload.Length is > 0 and <= 16384, $"seed {seed}");
                Assert.True(_connectionWindow >= 0 && _windows[id] >= 0, $"seed {seed}: stream {id} overran");
                var from = _received[id];
                var isRight = true;
                for (var i = 0; i < frame.Payload.Length; i++)
                {
                    isRight &= PatternBody.At(id, from + i) == frame.Payload[i];
                }

                Assert.True(isRight, $"seed {seed}: wrong bytes on stream {id} after {from}");
                _received[id] = from + frame.Payload.Length;
            }

            if (frame.EndsStream && frame.Type is (FrameType.Data or FrameType.Headers))
            {
                Assert.True(_ended.Add(frame.StreamId), $"seed {seed}");
            }
        }
    }
}
