using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Mvcc;
using Netcd.Server.KeyValues;
using Netcd.Server.Requests;

namespace Netcd.Server.Apply;

/// <summary>
/// Raised alarms, in memory and in bucket <c>alarm</c> (key: the marshalled AlarmMember, no value). Changed by the
/// applier inside a write section; <see cref="All"/> may be read by any thread.
/// </summary>
internal sealed class AlarmStore
{
    private Backend _backend;
    private volatile IReadOnlyList<Alarm> _all;

    /// <exception cref="CorruptionException">A key is no AlarmMember.</exception>
    internal AlarmStore(Backend backend)
    {
        _backend = backend;
        _all = Read(backend);
    }

    /// <summary>A new list after each change.</summary>
    internal IReadOnlyList<Alarm> All => _all;

    internal bool Has(AlarmType type)
    {
        foreach (var alarm in _all)
        {
            if (alarm.Type == type)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Carries out a request and encodes the answer's body. Source: Alarm of etcd's apply/apply.go.</summary>
    internal void Apply(in AlarmRequestView request, BodyWriter answer)
    {
        var alarm = new Alarm(request.Member, request.Alarm);
        switch (request.Action)
        {
            case AlarmAction.Get:
                foreach (var raised in _all)
                {
                    if (request.Alarm == AlarmType.None || raised.Type == request.Alarm)
                    {
                        Add(answer, raised);
                    }
                }

                break;
            case AlarmAction.Activate when request.Alarm != AlarmType.None:
                if (!Contains(alarm))
                {
                    _backend.Put(BucketId.Alarm, Encode(alarm), []);
                    _all = [.. _all, alarm];
                }

                Add(answer, alarm);
                break;
            case AlarmAction.Deactivate when Contains(alarm):
                _backend.Delete(BucketId.Alarm, Encode(alarm));
                _all = [.. _all.Where(raised => raised != alarm)];
                Add(answer, alarm);
                break;
        }
    }

    /// <summary>Goes on with what another backend holds. Applier.</summary>
    /// <exception cref="CorruptionException">A key is no AlarmMember.</exception>
    internal void Restore(Backend backend)
    {
        _all = Read(backend);
        _backend = backend;
    }

    private static List<Alarm> Read(Backend backend)
    {
        var alarms = new List<Alarm>();
        foreach (var (key, _) in backend.Scan(BucketId.Alarm))
        {
            alarms.Add(Decode(key));
        }

        return alarms;
    }

    private bool Contains(Alarm alarm)
    {
        foreach (var raised in _all)
        {
            if (raised == alarm)
            {
                return true;
            }
        }

        return false;
    }

    private static void Add(BodyWriter answer, Alarm alarm) => answer.Delimited(AnswerFields.Alarms, Encode(alarm));

    private static byte[] Encode(Alarm alarm)
    {
        var bytes = new byte[
            ProtoSize.UInt64(AnswerFields.AlarmMember, alarm.Member.Value)
            + ProtoSize.Int64(AnswerFields.AlarmKind, (long)alarm.Type)];
        var writer = new ProtoWriter(bytes);
        writer.UInt64(AnswerFields.AlarmMember, alarm.Member.Value);
        writer.Int64(AnswerFields.AlarmKind, (long)alarm.Type);
        return bytes;
    }

    private static Alarm Decode(ReadOnlySpan<byte> key)
    {
        try
        {
            var member = MemberId.None;
            var type = AlarmType.None;
            var reader = new ProtoReader(key);
            while (reader.TryReadTag(out var field, out var wireType))
            {
                switch (field)
                {
                    case AnswerFields.AlarmMember:
                        member = new MemberId(reader.ReadUInt64(wireType));
                        break;
                    case AnswerFields.AlarmKind:
                        type = (AlarmType)reader.ReadInt32(wireType);
                        break;
                    default:
                        reader.Skip(wireType);
                        break;
                }
            }

            return new Alarm(member, type);
        }
        catch (ProtoException problem)
        {
            throw new CorruptionException("bucket alarm", problem.Message, problem);
        }
    }
}
