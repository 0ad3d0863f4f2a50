using BenchmarkDotNet.Attributes;
using Netcd.Raft.Messages;

namespace Netcd.Benchmarks.Raft;

/// <summary>
/// Three members in one process under load: each round the leader proposes a batch, and every member takes what came
/// in and one bundle. Messages arrive a round later, so rounds overlap as they do on a network. Per round, all three
/// members together.
/// </summary>
[MemoryDiagnoser]
public class ThreeMembersBenchmarks
{
    private readonly List<Message>[] _boxes = [[], [], []];
    private readonly List<Message> _outgoing = [];
    private readonly List<Message> _incoming = [];
    private readonly ReadOnlyMemory<byte>[] _batch = new ReadOnlyMemory<byte>[100];
    private RaftMember[] _members = [];

    [Params(1, 10, 100)]
    public int Batch { get; set; }

    [Params(false, true)]
    public bool JoinMessages { get; set; }

    /// <summary>Messages sent, for a look at what a round costs on the wire.</summary>
    public long Sent { get; private set; }

    [GlobalSetup]
    public void Setup()
    {
        var data = new byte[256];
        _batch.AsSpan().Fill(data);
        _members = [new(1, JoinMessages), new(2, JoinMessages), new(3, JoinMessages)];
        _members[0].Node.Campaign();
        for (var i = 0; i < 20; i++)
        {
            Turn();
        }
    }

    [Benchmark]
    public long Round()
    {
        // The follower's words first, then what clients want, then one bundle: as the raft loop does it.
        Turn(Batch);
        return _members[0].Applied;
    }

    private void Turn(int proposals = 0)
    {
        for (var i = 0; i < _members.Length; i++)
        {
            _incoming.Clear();
            _incoming.AddRange(_boxes[i]);
            _boxes[i].Clear();
            foreach (var message in _incoming)
            {
                _members[i].Node.Step(message);
            }

            if (i == 0 && proposals > 0)
            {
                _members[0].Node.Propose(_batch.AsSpan(0, proposals));
            }

            _outgoing.Clear();
            _members[i].Process(_outgoing);
            Sent += _outgoing.Count;
            foreach (var message in _outgoing)
            {
                _boxes[(int)message.To.Value - 1].Add(message);
            }
        }
    }
}
