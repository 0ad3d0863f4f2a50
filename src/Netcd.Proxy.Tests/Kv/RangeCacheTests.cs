using Google.Protobuf;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Kv;

namespace Netcd.Proxy.Tests.Kv;

public sealed class RangeCacheTests
{
    private readonly RangeCache _cache = new();

    [Fact]
    public void An_answer_read_from_the_leader_serves_those_who_take_stale_ones()
    {
        Add(Of("a"), "1");
        Assert.Equal("1", Look(Of("a", serializable: true)));
        Assert.Equal(CacheVerdict.Miss, _cache.Look(Of("b", serializable: true), out _));
    }

    [Theory]
    [InlineData("b", "",   true)]
    [InlineData("c", "",   false)]
    [InlineData("a", "b",  false)]
    [InlineData("a", "c",  true)]
    [InlineData("a", "\0", true)]
    [InlineData("c", "\0", false)]
    public void A_write_takes_away_the_answers_about_its_keys(string key, string end, bool isGone)
    {
        Add(Of("b"), "1");
        _cache.Invalidate(Bytes(key), Bytes(end));
        Assert.Equal(isGone ? null : "1", Look(Of("b", serializable: true)));
    }

    [Theory]
    [InlineData("b", "",   true)]
    [InlineData("d", "",   false)]
    [InlineData("a", "",   false)]
    [InlineData("a", "b",  false)]
    [InlineData("a", "c",  true)]
    [InlineData("c", "z",  true)]
    [InlineData("d", "z",  false)]
    [InlineData("0", "\0", true)]
    public void A_write_takes_away_the_answers_about_ranges_that_it_meets(string key, string end, bool isGone)
    {
        Add(Of("b", "d"), "1");
        _cache.Invalidate(Bytes(key), Bytes(end));
        Assert.Equal(isGone ? null : "1", Look(Of("b", "d", serializable: true)));
    }

    [Fact]
    public void A_range_to_the_last_key_is_met_by_every_key_behind_its_first()
    {
        Add(Of("b", "\0"), "1");
        _cache.Invalidate(Bytes("a"), ByteString.Empty);
        Assert.Equal("1", Look(Of("b", "\0", serializable: true)));
        _cache.Invalidate(Bytes("zz"), ByteString.Empty);
        Assert.Null(Look(Of("b", "\0", serializable: true)));
    }

    [Fact]
    public void An_answer_that_was_read_before_a_write_and_comes_after_it_is_not_kept()
    {
        var time = _cache.Time;
        _cache.Invalidate(Bytes("a"), ByteString.Empty);
        _cache.Add(Of("a"), [1], time);
        Assert.Equal(0, _cache.Count);
        _cache.Add(Of("b"), [1], time);
        Assert.Equal(1, _cache.Count);
    }

    [Fact]
    public void After_more_writes_than_are_remembered_an_answer_is_not_kept()
    {
        var time = _cache.Time;
        for (var i = 0; i <= Limits.CacheWritesRemembered; i++)
        {
            _cache.Invalidate(Bytes("other"), ByteString.Empty);
        }

        _cache.Add(Of("a"), [1], time);
        Assert.Equal(0, _cache.Count);
    }

    [Fact]
    public void Answers_of_a_past_revision_stay_until_it_is_compacted()
    {
        Add(Of("a", revision: 5), "1");
        _cache.Invalidate(Bytes("a"), ByteString.Empty);
        Assert.Equal("1", Look(Of("a", revision: 5, serializable: true)));
        _cache.Compact(6);
        Assert.Equal(CacheVerdict.Compacted, _cache.Look(Of("a", revision: 5, serializable: true), out _));
        Assert.Equal(0, _cache.Count);
        Add(Of("a", revision: 6), "2");
        Assert.Equal(0, _cache.Count);
        Add(Of("a"), "3");
        Assert.Equal("3", Look(Of("a", serializable: true)));
    }

    [Fact]
    public void The_least_recently_used_answer_goes_first()
    {
        for (var i = 0; i < Limits.CacheEntriesMax; i++)
        {
            Add(Of($"{i}"), "1");
        }

        Assert.NotNull(Look(Of("0", serializable: true)));
        Add(Of("more"), "1");
        Assert.Equal(Limits.CacheEntriesMax, _cache.Count);
        Assert.NotNull(Look(Of("0", serializable: true)));
        Assert.Null(Look(Of("1", serializable: true)));
    }

    [Fact]
    public void The_answers_together_have_a_limit_and_a_long_one_is_not_kept()
    {
        _cache.Add(Of("long"), new byte[Limits.CacheAnswerBytesMax + 1], _cache.Time);
        Assert.Equal(0, _cache.Count);
        for (var i = 0; i < 100; i++)
        {
            _cache.Add(Of($"{i}"), new byte[Limits.CacheAnswerBytesMax], _cache.Time);
        }

        Assert.InRange(_cache.Count, 1, Limits.CacheBytesMax / Limits.CacheAnswerBytesMax);
    }

    private static RangeRequest Of(string key, string end = "", long revision = 0, bool serializable = false) => new()
    {
        Key = Bytes(key), RangeEnd = Bytes(end), Revision = revision, Serializable = serializable,
    };

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    private void Add(RangeRequest request, string answer) =>
        _cache.Add(request, System.Text.Encoding.UTF8.GetBytes(answer), _cache.Time);

    private string? Look(RangeRequest request) => _cache.Look(request, out var answer) == CacheVerdict.Hit
        ? System.Text.Encoding.UTF8.GetString(answer)
        : null;
}
