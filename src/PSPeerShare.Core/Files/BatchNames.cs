using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Files;

/// <summary>
/// Watches the names that one batch writes below one root: refuses what the file system cannot hold, and the second
/// of two names that are one file there, so that nothing is merged. Safe for several threads.
/// </summary>
/// <remarks>It remembers 16 bytes a name, and nothing at all where names do not fold.</remarks>
internal sealed class BatchNames
{
    private readonly Lock _lock = new();
    private readonly SafeRoot _root;
    private readonly DestinationNames _rules;
    private readonly Dictionary<ulong, ulong> _claimed = [];
    private readonly Blake3Hasher _hasher = new();
    private readonly byte[] _salt = RandomNumberGenerator.GetBytes(16);

    /// <summary>Begins a batch; it finds out the rules of the file system by trying them on it.</summary>
    public BatchNames(SafeRoot root)
        : this(root, root.Names)
    {
    }

    /// <summary>Begins a batch under given rules.</summary>
    public BatchNames(SafeRoot root, DestinationNames rules)
    {
        _root = root;
        _rules = rules;
    }

    /// <summary>Claims a name, and the folders on its way, for this batch. The same name may be claimed again.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.NameRefused"/> or
    /// <see cref="PeerError.NameCollision"/>.</exception>
    public void Claim(ReadOnlySpan<string> target)
    {
        foreach (string segment in target)
        {
            if (_rules.WhyNot(segment) is string why)
            {
                throw new PeerShareException(PeerError.NameRefused, _root.Show(target), why);
            }
        }

        if (!_rules.Folds)
        {
            return;
        }

        lock (_lock)
        {
            string exact = string.Empty;
            string folded = string.Empty;
            foreach (string segment in target)
            {
                exact += "/" + segment;
                folded += "/" + _rules.Fold(segment);
                ulong name = Hash(exact);
                ref ulong claimed = ref CollectionsMarshal.GetValueRefOrAddDefault(_claimed, Hash(folded), out bool isTaken);
                if (isTaken && claimed != name)
                {
                    throw new PeerShareException(
                        PeerError.NameCollision, _root.Show(target), "another name of this batch is the same file here");
                }

                claimed = name;
            }
        }
    }

    // Salted, so that nobody can prepare names that collide here and nowhere else.
    private ulong Hash(string path)
    {
        _hasher.Reset();
        _hasher.Update(_salt);
        _hasher.Update(MemoryMarshal.AsBytes(path.AsSpan()));
        Span<byte> hash = stackalloc byte[ContentHash.SizeInBytes];
        _hasher.Finish().CopyTo(hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
