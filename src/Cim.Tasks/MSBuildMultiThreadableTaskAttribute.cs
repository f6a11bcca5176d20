namespace Microsoft.Build.Framework;

/// <summary>
/// Tells MSBuild that a task may run beside others in one process. MSBuild matches it by name, so declaring it here lets
/// the tasks keep working on versions that do not have it. The promise behind it: full paths only, no current directory,
/// no environment changes, no mutable statics.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
internal sealed class MSBuildMultiThreadableTaskAttribute : Attribute;
