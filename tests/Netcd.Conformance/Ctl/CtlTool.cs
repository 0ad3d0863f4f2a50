namespace Netcd.Conformance.Ctl;

/// <summary>etcdctl, ours or Go's.</summary>
public enum CtlTool
{
    Netcd,
    Go,
}
