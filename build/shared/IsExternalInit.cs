namespace System.Runtime.CompilerServices;

/// <summary>What the compiler wants to see for records and init-only properties on netstandard2.0.</summary>
internal static class IsExternalInit;
