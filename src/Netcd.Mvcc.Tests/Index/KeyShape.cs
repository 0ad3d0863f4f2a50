namespace Netcd.Mvcc.Tests.Index;

public enum KeyShape
{
    Tiny,
    Kubernetes,
    Sequential,
    LongPrefix,
    Huge,
    Binary,
}
