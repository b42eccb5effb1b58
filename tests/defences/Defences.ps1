# What Test-Defences.ps1 takes out: a piece of a file of src/PSPeerShare.Core, what stands there instead, and the tests
# that have to notice. The piece has to be there exactly once.
@(
    @{
        Name = 'A certificate is demanded of both sides'
        File = 'Transport/TlsOptions.cs'
        From = '        certificate is not null;'
        To = '        true;'
        Tests = @('TlsTests.A_null_certificate')
    }
    @{
        Name = 'The dialler checks who answers'
        File = 'Transport/PeerDialler.cs'
        From = 'if (target.Expected is { } expected && channel.RemoteId != expected)'
        To = 'if (target.Expected is { IsEmpty: true } expected && channel.RemoteId != expected)'
        Tests = @('MiddlemanTests.A_dialler_says_nothing')
    }
    @{
        Name = 'Without the ALPN nobody is let in'
        File = 'Transport/SecureChannel.cs'
        From = 'if (!Protocol.Alpn.TryParse(name, out SessionKind kind))'
        To = 'if (!Protocol.Alpn.TryParse(name, out SessionKind kind) && name.Length > 0)'
        Tests = @('TlsTests.A_caller_that_offers_no_alpn', 'MiddlemanTests.An_acceptor_without_the_alpn')
    }
    @{
        Name = 'HELLO_ACK repeats the nonce of this connection'
        File = 'Transport/HelloExchange.cs'
        From = 'if (!acknowledgement.Nonce.Equals(_local.Nonce))'
        To = 'if (acknowledgement.Nonce.Length == 1)'
        Tests = @('MiddlemanTests.A_hello_that_is_said_again', 'HandshakeOrderTests.A_hello_ack_that_does_not_repeat')
    }
    @{
        Name = 'A frame is bounded before anything is allocated'
        File = 'Protocol/SessionStateMachine.cs'
        From = 'if (header.Length > allowed)'
        To = 'if (header.Length > allowed && allowed < 0)'
        Tests = @('SessionStateMachineTests', 'HostileFrameTests')
    }
    @{
        Name = 'Pairing is bound to the nonces of its connection'
        File = 'Trust/PairingExchange.cs'
        From = '.. context.Acceptor.ToArray(), .. context.DiallerNonce, .. context.AcceptorNonce,'
        To = '.. context.Acceptor.ToArray(),'
        Tests = @('PairingTranscriptTests.Ten_thousand', 'PairingExchangeTests.Values_made_for_another_connection')
    }
    @{
        Name = 'The acceptor waits for the right confirmation'
        File = 'Sessions/PairingResponder.cs'
        From = 'if (confirmed is not { Values.Count: 1 } || !exchange.Verify(confirmed.Values[0].Span))'
        To = 'if (confirmed is not { Values.Count: 1 })'
        Tests = @('PairingAttackTests.A_wrong_confirmation', 'PairingFlowTests.A_wrong_code')
    }
    @{
        Name = 'A code has one attempt'
        File = 'Trust/PairingDesk.cs'
        From = 'if (Living(code.Offer.Purpose) != code || !MayTry(code, node))'
        To = 'if (Living(code.Offer.Purpose) != code)'
        Tests = @('PairingDeskTests', 'PairingAttackTests.Of_those_that_run_at_once')
    }
    @{
        Name = 'A failed attempt burns the code'
        File = 'Trust/PairingDesk.cs'
        From = 'Living(code.Offer.Purpose) == code && _codes.Remove(code.Offer.Purpose);'
        To = 'Living(code.Offer.Purpose) != code;'
        Tests = @('PairingDeskTests', 'PairingFlowTests.A_wrong_code')
    }
    @{
        Name = 'A ticket has no more uses than it was given'
        File = 'Trust/TicketBook.cs'
        From = 'if (row.UsesTaken >= row.Uses)'
        To = 'if (row.UsesTaken >= row.Uses + 1000)'
        Tests = @('TicketBookTests', 'TicketAttackTests.Of_thirty')
    }
    @{
        Name = 'A proof holds for one connection'
        File = 'Trust/TicketKey.cs'
        From = 'context.DiallerNonce.CopyTo(rest);'
        To = 'rest.Clear();'
        Tests = @('TicketKeyTests', 'TicketAttackTests.A_proof_that_was_overheard')
    }
    @{
        Name = 'Rights are asked for what is fetched'
        File = 'Sessions/GrantedCatalog.cs'
        From = 'grants.May(peer, RuleOf(share), name, right);'
        To = 'grants.IsTrusted(peer) && name.Count > 0 && right != PeerRights.None;'
        Tests = @('FetchByHostileClientTests', 'RevokedPeerTests', 'DirectTicketTests.A_ticket_for_a_place')
    }
    @{
        Name = 'A share for named peers is for them alone'
        File = 'Trust/TrustSnapshot.cs'
        From = 'share.OnlyPeers is null || share.OnlyPeers.Contains(peer)'
        To = 'share.OnlyPeers is null || share.OnlyPeers.Count >= 0'
        Tests = @('GrantsTests', 'AuthorisationMatrixTests')
    }
    @{
        Name = 'No link is followed below a root'
        File = 'Files/Native/LinuxFileCalls.cs'
        From = 'private const ulong Confined = 0x08 | 0x04 | 0x02;'
        To = 'private const ulong Confined = 0;'
        Tests = @('SymlinkSwapTests', 'SafeRootReadingTests')
    }
    @{
        Name = 'Two dots are no name'
        File = 'Protocol/WirePathSegment.cs'
        From = 'if (segment is "." or "..")'
        To = 'if (segment is ".")'
        Tests = @('WirePathHostileTests', 'WirePathTests')
    }
    @{
        Name = 'A taken name is never replaced unasked'
        File = 'Files/UnixStagedFile.Commit.cs'
        From = 'if (result != -Errno.Exists || mode == CommitMode.NoReplace)'
        To = 'if (result != -Errno.Exists)'
        Tests = @('UserFilesTests', 'StagedFileTests')
    }
    @{
        Name = 'Only content with the stated hash gets a name'
        File = 'Transfer/ArrivingFile.cs'
        From = 'if (Missing != 0 || hash != _statedRoot || (Expected is { } expected && hash != expected))'
        To = 'if (Missing != 0)'
        Tests = @('FetchFromHostileServerTests', 'PushByHostileClientTests')
    }
    @{
        Name = 'Only what was asked for is taken'
        File = 'Transfer/FetchStream.cs'
        From = 'return _asked.TryPeek(out (uint Index, FetchEntry Entry) next) && next.Index == index'
        To = 'return _asked.TryPeek(out (uint Index, FetchEntry Entry) next)'
        Tests = @('FetchFromHostileServerTests')
    }
    @{
        Name = 'Control characters of a peer are written as numbers'
        File = 'Diagnostics/Printable.cs'
        From = '        UnicodeCategory.Control => false,'
        To = '        UnicodeCategory.Control => true,'
        Tests = @('PrintableTests', 'OutputHygieneTests')
    }
    @{
        Name = 'A ticket that slips into a log is hidden'
        File = 'Diagnostics/LogText.cs'
        From = '? TicketPattern().Replace(text, "pspeer-secret-(hidden)")'
        To = '? text'
        Tests = @('EventLogTests.A_ticket_that_slips', 'AuditLogTests.A_secret_that_slips')
    }
    @{
        Name = 'A grant is in the audit before it takes effect'
        File = 'Diagnostics/LogSink.cs'
        From = '        isThere.Task.Wait(WritePatience);'
        To = ''
        Tests = @('AuditLogTests.A_grant_is_in_the_file')
    }
    @{
        Name = 'All strangers count as one in the audit'
        File = 'Diagnostics/AuditLog.cs'
        From = 'refusals.Take(operation, $"strangers ({result})")'
        To = 'refusals.Take(operation, peer.ToString()!)'
        Tests = @('AuditLogTests.However_many_ids', 'StrangersInTheAuditTests.Refused_proofs')
    }
    @{
        Name = 'A hand-over is for who has proved its code'
        File = 'Hosting/HandOver.cs'
        From = 'alpn == Alpn.Pair || (_receiver?.Id == node && !_received.Task.IsCompleted) ?'
        To = 'alpn == Alpn.Pair || !node.IsEmpty ?'
        Tests = @('HandOverAttackTests')
    }
    @{
        Name = 'An announced catalog shows what its subscriber may browse'
        File = 'Catalog/Announced/AnnouncedView.cs'
        From = 'if (known.IsBrowsed || browse.May(share, told.Name))'
        To = 'if (known.IsBrowsed || told.Name.Count > 0)'
        Tests = @('AnnouncedCatalogTests.Only_what', 'AnnouncedViewTests', 'AnnouncedByHostilePeerTests.Who_may_see_nothing')
    }
    @{
        Name = 'A subscriber is told hashes of what it may read'
        File = 'Catalog/Announced/AnnouncedView.cs'
        From = 'root is not null && (known.IsRead || read.May(share, told.Name))'
        To = 'root is not null'
        Tests = @('AnnouncedCatalogTests.Only_what', 'AnnouncedViewTests')
    }
    @{
        Name = 'The rights are asked again before each batch of a catalog'
        File = 'Sessions/CatalogTelling.cs'
        From = '_isOther = (batch.Items.Count > 0 || batch.Complete) && !view.Epoch().AsSpan().SequenceEqual(_epoch);'
        To = '_isOther = false;'
        Tests = @('AnnouncedByHostilePeerTests.Who_loses_the_right')
    }
    @{
        Name = 'A file that was changed a moment ago gets no stored hash'
        File = 'Catalog/FreshFiles.cs'
        From = '&& ContentIndex.IsSettled(facts, readFrom)'
        To = ''
        Tests = @('FreshFilesTests')
    }
    @{
        Name = 'A hash is stored for the state that was read'
        File = 'Files/UnixReadableFolder.cs'
        From = 'now.IsRegular && now.Facts == known ?'
        To = 'now.IsRegular ?'
        Tests = @('KnownFileTests', 'FreshFilesTests')
    }
    @{
        Name = 'Zeros are left out where nothing was written alone'
        File = 'Files/UnixStagedFile.Holes.cs'
        From = '!_ahead.IsUntouched(offset, bytes.Length)'
        To = '!_ahead.IsUntouched(offset, 0)'
        Tests = @('HolesTests')
    }
    @{
        Name = 'A file is as long as what came for it'
        File = 'Files/UnixStagedFile.Holes.cs'
        From = 'if (result >= 0 && stat.Facts.Length < _holesEnd)'
        To = 'if (result >= 0 && stat.Facts.Length < 0)'
        Tests = @('HolesTests')
    }
    @{
        Name = 'What comes from somebody else is what was asked for'
        File = 'Transfer/FetchStream.Receive.cs'
        From = 'isAsListed || entry.From is not null || _context.Options.ByContent'
        To = 'isAsListed || _context.Options.ByContent'
        Tests = @('OtherSourcesTests')
    }
    @{
        Name = 'A catalog is taken at a bounded pace'
        File = 'Sessions/CatalogSubscription.cs'
        From = 'await pace.WaitAsync(BatchCost + batch.Items.Count, cancellationToken);'
        To = ''
        Tests = @('CatalogPaceTests')
    }
    @{
        Name = 'Numbers of an announced catalog never go back'
        File = 'Catalog/Announced/CatalogReceiver.cs'
        From = 'if (sequence < _sequence)'
        To = 'if (sequence < 0)'
        Tests = @('CatalogReceiverTests.Numbers_that_go_backwards', 'AnnouncedByHostilePeerTests.A_lie')
    }
    @{
        Name = 'A catalog that claims too much is refused before it comes'
        File = 'Catalog/Announced/CatalogReceiver.cs'
        From = 'if (batch.Entries > (ulong)bounds.Entries)'
        To = 'if (batch.Entries == ulong.MaxValue)'
        Tests = @('CatalogReceiverTests.A_catalog_that_claims', 'AnnouncedByHostilePeerTests.A_lie')
    }
    @{
        Name = 'The files that a peer announces are bounded'
        File = 'Catalog/Announced/CatalogReceiver.cs'
        From = 'Refuse(_entries + added > bounds.Entries,'
        To = 'Refuse(added < 0,'
        Tests = @('CatalogReceiverTests.One_that_goes_on')
    }
    @{
        Name = 'What the names of a peer take is bounded'
        File = 'Catalog/Announced/CatalogReceiver.cs'
        From = 'Refuse(_bytes + cost > bounds.Bytes,'
        To = 'Refuse(cost < 0,'
        Tests = @('CatalogReceiverTests.Names_of_endless_length')
    }
    @{
        Name = 'The files of all peers together are bounded'
        File = 'Catalog/Announced/CatalogReceiver.cs'
        From = 'Refuse(added > 0 && stored.Ask(store => store.Peers.CountAll(), 0) + added > bounds.EntriesOfAll,'
        To = 'Refuse(added < 0,'
        Tests = @('CatalogReceiverTests.The_files_of_all_peers')
    }
    @{
        Name = 'A folder of an announced catalog goes with its last file'
        File = 'Storage/PeerCatalogTable.cs'
        From = 'AND NOT EXISTS (SELECT 1 FROM peer_file WHERE folder = peer_folder.id)'
        To = 'AND EXISTS (SELECT 1 FROM peer_file WHERE folder = peer_folder.id)'
        Tests = @('CatalogReceiverTests.Folders_without_files')
    }
    @{
        Name = 'What a peer deletes is deleted in steps'
        File = 'Storage/PeerCatalogTable.cs'
        From = '        int room = SweptAtOnce;'
        To = '        int room = int.MaxValue;'
        Tests = @('CatalogReceiverTests.A_folder_that_goes')
    }
    @{
        Name = 'The catalog of a peer goes with the trust in it'
        File = 'PeerNode.Peers.cs'
        From = '        _services.Catalogs.Forget(nodeId);'
        To = ''
        Tests = @('AnnouncedCatalogTests.A_catalog_goes_with_the_trust')
    }
    @{
        Name = 'A catalog goes when its peer trusts this node no more'
        File = 'Sessions/CatalogFollower.cs'
        From = 'if (e.Error == PeerError.NotTrustedByPeer && _catalogs.Forget(nodeId))'
        To = 'if (e.Error == PeerError.NotTrustedByPeer && nodeId.IsEmpty)'
        Tests = @('AnnouncedCatalogTests.A_catalog_goes_when')
    }
    @{
        Name = 'What is announced on the network is dialled for one id'
        File = 'Sessions/SessionPool.cs'
        From = ': await _dial(PeerAddress.Parse(candidate.Address), target.NodeId, cancellationToken);'
        To = ': await _dial(PeerAddress.Parse(candidate.Address), candidate.Path == PeerPath.Known ? target.NodeId : null, cancellationToken);'
        Tests = @('LoopbackDiscoveryTests.A_trusted_node_at')
    }
    @{
        Name = 'What is heard of nodes takes a bounded place'
        File = 'Discovery/Lan/NodeCache.cs'
        From = '_list.Count >= Instances;'
        To = '_list.Count >= 100 * Instances;'
        Tests = @('NodeCacheTests.Thousands', 'HostileDatagramTests.Thousands')
    }
    @{
        Name = 'Strangers on the network drive no trusted node out'
        File = 'Discovery/Lan/NodeCache.cs'
        From = 'if (!candidate.IsKnown || tries > 16)'
        To = 'if (tries >= 0)'
        Tests = @('NodeCacheTests', 'HostileDatagramTests.Thousands')
    }
    @{
        Name = 'Who claims a trusted id often gets few places'
        File = 'Discovery/Lan/NodeCache.cs'
        From = '(instance.IsKnown || _list.Count(other => other.IsKnown && other.Profile?.NodeId == profile.NodeId) < InstancesPerNode);'
        To = 'instance.Place >= 0;'
        Tests = @('NodeCacheTests.Who_claims')
    }
    @{
        Name = 'An answer counts from the port of multicast DNS alone'
        File = 'Discovery/Lan/LanDiscovery.cs'
        From = 'if (message.IsResponse && from.Port == Announcer.MulticastPort)'
        To = 'if (message.IsResponse)'
        Tests = @('HostileDatagramTests.An_answer_from_a_port')
    }
    @{
        Name = 'A datagram of another network is none'
        File = 'Discovery/Lan/LanLink.cs'
        From = 'source.IsIPv6LinkLocal || Own.Any(IPAddress.IsLoopback) ||'
        To = 'source.IsIPv6LinkLocal || Own.Count > 0 ||'
        Tests = @('LanLinkTests')
    }
    @{
        Name = 'The session of a hand-over is apart from others'
        File = 'Sessions/SessionPool.cs'
        From = 's.IsOpen && s.IsApart == target.IsApart'
        To = 's.IsOpen'
        Tests = @('HandOverTests.While_files', 'HandOverTests.The_address_of', 'SessionPoolTests.A_session_that_is_apart', 'SessionPoolTests.An_address_alone')
    }
)
