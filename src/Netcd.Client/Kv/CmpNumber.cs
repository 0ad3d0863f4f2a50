namespace Netcd.Client;

/// <summary>A number of a key, to be compared; made by <see cref="Cmp"/>.</summary>
/// <example><code>Cmp.ModRevision("key").LessThan(7)</code></example>
public readonly struct CmpNumber
{
    private readonly EtcdBytes _key;
    private readonly Compare.Types.CompareTarget _target;

    internal CmpNumber(EtcdBytes key, Compare.Types.CompareTarget target)
    {
        _key = key;
        _target = target;
    }

    /// <summary>The number is this one.</summary>
    public Compare EqualTo(long number) => Make(Compare.Types.CompareResult.Equal, number);

    /// <summary>The number is another one.</summary>
    public Compare NotEqualTo(long number) => Make(Compare.Types.CompareResult.NotEqual, number);

    /// <summary>The number is greater.</summary>
    public Compare GreaterThan(long number) => Make(Compare.Types.CompareResult.Greater, number);

    /// <summary>The number is less.</summary>
    public Compare LessThan(long number) => Make(Compare.Types.CompareResult.Less, number);

    /// <summary>The comparison by name.</summary>
    public Compare Make(Compare.Types.CompareResult result, long number)
    {
        var compare = new Compare { Key = _key.Bytes, Target = _target, Result = result };
        switch (_target)
        {
            case Compare.Types.CompareTarget.Version:
                compare.Version = number;
                break;
            case Compare.Types.CompareTarget.Create:
                compare.CreateRevision = number;
                break;
            case Compare.Types.CompareTarget.Mod:
                compare.ModRevision = number;
                break;
            default:
                compare.Lease = number;
                break;
        }

        return compare;
    }
}
