// Writes the networks that .NET assemblies embed into a folder: dotnet run build/resources.cs -- FOLDER ASSEMBLY...
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

foreach (string assembly in args[1..])
{
    using var pe = new PEReader(File.OpenRead(assembly));
    if (!pe.HasMetadata || pe.PEHeaders.CorHeader is not { } header) continue;
    MetadataReader metadata = pe.GetMetadataReader();
    foreach (ManifestResource resource in metadata.ManifestResources.Select(metadata.GetManifestResource))
    {
        string name = metadata.GetString(resource.Name);
        if (!resource.Implementation.IsNil || !name.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase)) continue;

        // A resource is its length, then its bytes.
        BlobReader data = pe.GetSectionData(header.ResourcesDirectory.RelativeVirtualAddress).GetReader();
        data.Offset += (int)resource.Offset;
        File.WriteAllBytes(Path.Combine(args[0], name), data.ReadBytes(data.ReadInt32()));
    }
}
