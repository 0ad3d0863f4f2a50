using System.Text;

namespace Netcd.Raft.Quorum;

/// <summary>
/// An immutable set of members, walked in ascending order of ids so that nothing depends on hash order.
/// </summary>
internal sealed class MemberSet
{
    public static readonly MemberSet Empty = new([]);

    private readonly MemberId[] _ids;

    private MemberSet(MemberId[] ids) => _ids = ids;

    public int Count => _ids.Length;

    public bool IsEmpty => _ids.Length == 0;

    public ReadOnlySpan<MemberId> Ids => _ids;

    /// <summary>The ids as a list that nobody changes.</summary>
    public IReadOnlyList<MemberId> List => _ids;

    public static MemberSet Of(params ReadOnlySpan<MemberId> ids)
    {
        var set = Empty;
        foreach (var id in ids)
        {
            set = set.With(id);
        }

        return set;
    }

    public bool Contains(MemberId id) => Array.BinarySearch(_ids, id) >= 0;

    public MemberSet With(MemberId id)
    {
        var position = Array.BinarySearch(_ids, id);
        if (position >= 0)
        {
            return this;
        }

        var ids = new MemberId[_ids.Length + 1];
        position = ~position;
        _ids.AsSpan(0, position).CopyTo(ids);
        ids[position] = id;
        _ids.AsSpan(position).CopyTo(ids.AsSpan(position + 1));
        return new MemberSet(ids);
    }

    public MemberSet Without(MemberId id)
    {
        var position = Array.BinarySearch(_ids, id);
        if (position < 0)
        {
            return this;
        }

        var ids = new MemberId[_ids.Length - 1];
        _ids.AsSpan(0, position).CopyTo(ids);
        _ids.AsSpan(position + 1).CopyTo(ids.AsSpan(position));
        return ids.Length == 0 ? Empty : new MemberSet(ids);
    }

    public MemberSet Union(MemberSet other)
    {
        var set = this;
        foreach (var id in other._ids)
        {
            set = set.With(id);
        }

        return set;
    }

    /// <summary>How many members are in one of both sets only.</summary>
    public int Difference(MemberSet other)
    {
        var common = 0;
        foreach (var id in _ids)
        {
            common += other.Contains(id) ? 1 : 0;
        }

        return Count + other.Count - (2 * common);
    }

    public bool SetEquals(MemberSet other) => _ids.AsSpan().SequenceEqual(other._ids);

    /// <summary>For log lines: decimal ids in parentheses.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("(");
        foreach (var id in _ids)
        {
            text.Append(text.Length > 1 ? " " : string.Empty).Append(id.Value);
        }

        return text.Append(')').ToString();
    }
}
