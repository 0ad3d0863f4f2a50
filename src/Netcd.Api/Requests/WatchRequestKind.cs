namespace Netcd.Api.Requests;

/// <summary>Which member of etcdserverpb.WatchRequest is set; the value is the field number.</summary>
internal enum WatchRequestKind
{
    None = 0,
    Create = 1,
    Cancel = 2,
    Progress = 3,
}
