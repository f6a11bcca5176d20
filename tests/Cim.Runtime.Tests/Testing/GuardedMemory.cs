using System.Runtime.InteropServices;

namespace Cim.Runtime.Tests.Testing;

/// <summary>
/// Memory that ends where a page begins that nobody may touch, so that a kernel that reads or writes one byte too many ends the
/// process. Where there is no <c>mmap</c> it is plain memory.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int Read = 1, Write = 2, Private = 2, AnonymousLinux = 0x20, AnonymousMac = 0x1000;

    private readonly byte* _pages;
    private readonly nuint _length;
    private readonly byte* _start;
    private readonly int _bytes;

    /// <param name="bytes">How many.</param>
    /// <param name="alignment">Of the first one; then up to so many unused bytes lie before the guard.</param>
    public GuardedMemory(int bytes, int alignment = 1)
    {
        nuint page = (nuint)Environment.SystemPageSize, body = ((nuint)bytes + (nuint)alignment + page - 1) / page * page;
        (_bytes, _length) = (bytes, body + page);
        if (!IsGuarded)
        {
            _pages = (byte*)NativeMemory.AlignedAlloc(_length, page);
        }
        else
        {
            _pages = MemoryMap(null, _length, Read | Write, Private | (OperatingSystem.IsLinux() ? AnonymousLinux : AnonymousMac), -1, 0);
            if (_pages == (byte*)-1 || MemoryProtect(_pages + body, page, 0) != 0)
                throw new InvalidOperationException("No guarded memory.");
        }

        _start = _pages + ((body - (nuint)bytes) / (nuint)alignment * (nuint)alignment);
    }

    public GuardedMemory(byte[] content) : this(content.Length) => content.CopyTo(Span);

    public Span<byte> Span => new(_start, _bytes);

    private static bool IsGuarded => OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    public void Dispose()
    {
        if (IsGuarded) _ = MemoryUnmap(_pages, _length);
        else NativeMemory.AlignedFree(_pages);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial byte* MemoryMap(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int MemoryProtect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int MemoryUnmap(void* address, nuint length);
}
