namespace Netcd.Server.Requests;

/// <summary>etcdserverpb.Compare.CompareResult: how the stored value must stand to the given one.</summary>
public enum CompareResult
{
    Equal = 0,
    Greater = 1,
    Less = 2,
    NotEqual = 3,
}
